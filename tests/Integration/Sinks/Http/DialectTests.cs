using System.Buffers.Binary;
using System.Globalization;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;
using Sluice.Sinks.Writing;
using Sluice.Tests.Integration.Api.ClickHouse;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>The client asks the port on which a store in a folder answers ClickHouse's protocol, read-only.</summary>
[Collection(TestStore.Collection)]
public sealed class DialectTests(ClickHouseServer server) : IClassFixture<ClickHouseServer>
{
    [EngineFact]
    public async Task Questions_parameters_and_errors_pass_through_both()
    {
        await using var store = await OpenAsync();
        var result = await store.QueryAsync(new ClickHouseQuery("SELECT {text:String} AS t, {n:UInt64} + 1 AS n, {list:Array(String)} AS l")
        {
            Parameters = new Dictionary<string, string> { ["text"] = "'; DROP TABLE x; -- ä&=%", ["n"] = "41", ["list"] = "['a','b']" },
        });
        Assert.Equal("""{"t":"'; DROP TABLE x; -- ä&=%","n":"42","l":["a","b"]}""", result.Text.Trim());
        Assert.Equal(1, result.Rows);

        var missing = await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(new ClickHouseQuery("SELECT * FROM nowhere")));
        Assert.Equal((60, ClickHouseErrorKind.Reject), (missing.Code, missing.Kind));
        var change = await Assert.ThrowsAsync<ClickHouseException>(() => store.ExecuteAsync("CREATE TABLE t (a UInt8) ENGINE = Memory"));
        Assert.Equal(ClickHouseException.ReadOnly, change.Code);
        var many = new ClickHouseQuery("SELECT number FROM numbers(11)") { MaxRows = 10 };
        Assert.Equal(ClickHouseException.TooManyRowsOrBytes, (await Assert.ThrowsAsync<ClickHouseException>(() => store.QueryAsync(many))).Code);
    }

    [EngineFact]
    public async Task A_store_in_a_folder_is_read_through_its_port_as_it_is_read_directly()
    {
        await using var store = await OpenAsync();
        await SchemaMigrations.RequireCurrentAsync(store);
        await StoreWriterTests.WriteAsync(server.Store, 1_000, 20);
        Assert.Equal(await StoreWriterTests.Everything(server.Store), await StoreWriterTests.Everything(store));
        var direct = await server.Store.QueryAsync(new ClickHouseQuery("SELECT * FROM swaps ORDER BY slot, tx_index"));
        var asked = await store.QueryAsync(new ClickHouseQuery("SELECT * FROM swaps ORDER BY slot, tx_index"));
        Assert.Equal(direct.Text, asked.Text);
        Assert.Equal(direct.Rows, asked.Rows);
        var slots = await StoredSlots.LoadAsync(store);
        Assert.Equal(StoredSlotState.Stored, slots.Find(1_003, SlotRows.Blockhash(1_003), 1));
    }

    [EngineFact]
    public async Task Large_results_come_in_pieces_and_compressed()
    {
        foreach (var compress in new[] { "none", "gzip" })
        {
            await using var store = await OpenAsync($"?compress={compress}");
            ulong sum = 0;
            long rows = 0;
            var rest = new List<byte>();
            await foreach (var piece in store.StreamAsync(new ClickHouseQuery("SELECT number FROM numbers(300000)") { Format = "RowBinary" }))
            {
                rest.AddRange(piece.Span);
                var whole = rest.Count / 8 * 8;
                var bytes = rest.GetRange(0, whole).ToArray();
                rest.RemoveRange(0, whole);
                for (var i = 0; i < whole; i += 8) { sum += BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i)); }
                rows += whole / 8;
            }

            Assert.Equal((300_000, 44_999_850_000UL), (rows, sum));
        }
    }

    private Task<IClickHouse> OpenAsync(string query = "") => StoreOpener.OpenAsync(
        new StoreSelection(string.Create(CultureInfo.InvariantCulture, $"{server.Url.TrimEnd('/')}/clickhouse_test{query}")) { MustExist = true });
}
