using System.Text;
using System.Text.Json.Nodes;
using Sluice.Sinks.Embedded;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api.ClickHouse;

/// <summary>Clients that others wrote read what a ClickHouse server would have sent them.</summary>
[Collection(TestStore.Collection)]
public sealed class ClientTests(ClickHouseServer server) : IClassFixture<ClickHouseServer>
{
    /// <summary>Columns of types that a reader must step over or read: those whose names begin with v are compared.</summary>
    private const string Columns = """
        number AS v_number,
        toString(number) AS v_text,
        toLowCardinality(concat('venue-', toString(number % 7))) AS v_venue,
        toLowCardinality(if(number % 3 = 0, NULL, toString(number % 300))) AS v_sometimes,
        if(number % 2 = 0, NULL, toInt32(number)) AS v_nullable,
        arrayMap(x -> concat('pool-', toString(x)), range(number % 4)) AS v_list,
        arrayMap(x -> toLowCardinality(toString(x % 2)), range(number % 3)) AS v_venues,
        arrayMap(x -> range(x), range(number % 4)) AS v_lists,
        map('a', number, 'b', number + 1) AS v_map,
        CAST((number, 'x'), 'Tuple(`a b` UInt64, name String)') AS v_tuple,
        toDecimal128(number, 10) AS skipped_decimal,
        toDateTime64('2024-03-15 12:00:00', 3, 'UTC') AS skipped_time,
        toFixedString(toString(number % 10), 4) AS skipped_fixed,
        toInt128(number) * 1000000000000 AS skipped_wide,
        CAST(number % 2, 'Enum8(\'a, (b\' = 0, \'c\' = 1)') AS skipped_enum,
        generateUUIDv4(number) AS skipped_uuid,
        toString(number * 3) AS v_last
        """;

    [NativeClientTheory]
    [InlineData(54_429)]
    [InlineData(54_453)]
    [InlineData(54_454)]
    [InlineData(54_460)]
    public async Task A_client_that_names_its_protocol_version_reads_its_blocks(int version)
    {
        const string Rows = "FROM numbers(5000)";
        var blocks = await server.BytesAsync(
            $"SELECT {Columns} {Rows} FORMAT Native", $"client_protocol_version={version}&max_block_size=700");
        var read = ClientPrograms.Run("/usr/bin/python3", [ClientPrograms.Script("native_blocks.py"), $"{version}"], blocks);
        var expected = Encoding.UTF8.GetString(await server.BytesAsync(
            $"SELECT COLUMNS('^v_') FROM (SELECT {Columns} {Rows}) FORMAT JSONCompactEachRow",
            "output_format_json_quote_64bit_integers=0&output_format_json_named_tuples_as_objects=0"));
        var (ours, theirs) = (expected.TrimEnd('\n').Split('\n'), read.TrimEnd('\n').Split('\n'));
        Assert.Equal((5_000, 5_000), (ours.Length, theirs.Length));
        for (var i = 0; i < ours.Length; i++)
        {
            if (!JsonNode.DeepEquals(JsonNode.Parse(ours[i]), JsonNode.Parse(theirs[i]))) { Assert.Fail($"row {i}: {theirs[i]}, expected {ours[i]}"); }
        }
    }

    [EngineFact]
    public async Task Types_that_cannot_be_sent_to_such_a_client_are_named()
    {
        using var reply = await server.Client.PostAsync(
            "/?client_protocol_version=54460", new StringContent("SELECT 1 AS fine, CAST(1, 'Dynamic') AS bad FORMAT Native"));
        Assert.Contains("Column bad is of type Dynamic", await reply.Content.ReadAsStringAsync());
    }

    [JavaScriptClientFact]
    public void The_JavaScript_client_selects_with_parameters_streams_and_sees_errors()
    {
        var lines = ClientPrograms.Run(
            "node", [ClientPrograms.Script("clickhouse_client.cjs"), ClientPrograms.JavaScriptClient, server.Url]).TrimEnd('\n').Split('\n');
        Assert.Equal(
            [
                """{"ping":true}""",
                """[{"n":42,"t":"it's"}]""",
                """{"rows":1000000,"last":999999}""",
                """[{"name":"a","type":"UInt8"}]""",
                """{"code":"60","type":"UNKNOWN_TABLE"}""",
                """{"code":"164","type":"READONLY"}""",
                """{"code":"164","type":"READONLY"}""",
                """{"code":"395","type":"FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"}""",
            ],
            lines);
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class JavaScriptClientFactAttribute : FactAttribute
{
    public JavaScriptClientFactAttribute() => Skip = EngineLibrary.IsPresent ? ClientPrograms.WhyNoJavaScript! : EngineFactAttribute.Absent;
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeClientTheoryAttribute : TheoryAttribute
{
    public NativeClientTheoryAttribute() => Skip = EngineLibrary.IsPresent ? ClientPrograms.WhyNoPython! : EngineFactAttribute.Absent;
}
