using System.Net;
using System.Net.Sockets;
using Sluice.Streams.Formats.Registry;

namespace Sluice.Tests.Integration.Formats;

/// <summary>The client of a schema registry, by itself.</summary>
public class SchemaRegistryTests
{
    private const string One = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""";
    private const string Two = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]}""";
    private const string Bad = """{"type":"record","name":"R","fields":[{"name":"c","type":"int"}]}""";

    [Fact]
    public async Task A_schema_is_registered_found_by_id_and_listed()
    {
        await using var server = await TestRegistry.StartAsync();
        using var client = Client(server.Url);
        await client.CheckAsync(default);
        Assert.Empty(await client.VersionsAsync("t-value", default));
        Assert.Null(await client.VersionAsync("t-value", null, default));
        Assert.Null(await client.LookUpAsync("t-value", One, default));
        Assert.True((await client.CheckCompatibilityAsync("t-value", One, default)).IsCompatible); // the first of its subject

        var first = await client.RegisterAsync("t-value", One, default);
        Assert.Equal(first, await client.RegisterAsync("t-value", One, default));
        var second = await client.RegisterAsync("t-value", Two, default);
        Assert.NotEqual(first, second);
        Assert.Equal([1, 2], await client.VersionsAsync("t-value", default));
        Assert.Equal(new SubjectVersion("t-value", 2, second, Two), await client.VersionAsync("t-value", null, default));
        Assert.Equal(new SubjectVersion("t-value", 1, first, One), await client.VersionAsync("t-value", 1, default));
        Assert.Null(await client.VersionAsync("t-value", 3, default));
        Assert.Null(await client.LookUpAsync("t-value", Bad, default));
        Assert.Equal(new SubjectVersion("t-value", 1, first, One), await client.LookUpAsync("t-value", One, default));
        Assert.Equal(new RegistrySchema(Two, "AVRO", false), await client.FindAsync(second, default));
        Assert.Null(await client.FindAsync(99, default));
    }

    [Fact]
    public async Task What_was_found_by_id_is_not_asked_for_again()
    {
        await using var server = await TestRegistry.StartAsync();
        using var client = Client(server.Url);
        var id = server.Enter(One);
        for (var i = 0; i < 3; i++) { Assert.NotNull(await client.FindAsync(id, default)); }
        Assert.Single(server.Requests);
        server.IsDown = true;
        Assert.NotNull(await client.FindAsync(id, default));
    }

    [Fact]
    public async Task An_incompatible_schema_is_refused_with_the_registry_s_reasons()
    {
        await using var server = await TestRegistry.StartAsync();
        using var client = Client(server.Url);
        server.Enter("t-value", One);
        var answer = await client.CheckCompatibilityAsync("t-value", Bad, default);
        Assert.False(answer.IsCompatible);
        Assert.Contains("c: the writer has no such field", Assert.Single(answer.Messages), StringComparison.Ordinal);

        var refusal = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.RegisterAsync("t-value", Bad, default));
        Assert.Equal((RegistryFault.Incompatible, 409), (refusal.Fault, refusal.Code));
        Assert.Contains("c: the writer has no such field", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("t-value", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_schema_is_refused_with_the_registry_s_code()
    {
        await using var server = await TestRegistry.StartAsync();
        using var client = Client(server.Url);
        var refusal = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.RegisterAsync("t-value", "{}", default));
        Assert.Equal((RegistryFault.Refused, 42201), (refusal.Fault, refusal.Code));
        Assert.Contains("Invalid schema", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in the address")]
    [InlineData("beside it")]
    public async Task Credentials_are_sent_and_never_shown(string place)
    {
        await using var server = await TestRegistry.StartAsync();
        server.Credentials = "al ice:p@ss:w/rd";
        var inUrl = place == "in the address";
        var url = inUrl ? server.Url.Replace("http://", "http://al%20ice:p%40ss%3Aw%2Frd@", StringComparison.Ordinal) : server.Url;
        var options = Fast(SchemaRegistryOptions.Parse(url, inUrl ? null : "al ice", inUrl ? null : "p@ss:w/rd"));
        using var client = new SchemaRegistryClient(options);
        await client.CheckAsync(default);
        Assert.DoesNotContain("p@ss", options.ToString(), StringComparison.Ordinal);
        Assert.Equal(server.Url, client.Address);

        server.Credentials = "al ice:another";
        var refusal = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.CheckAsync(default));
        Assert.Equal((RegistryFault.Unauthorized, 401), (refusal.Fault, refusal.Code));
        Assert.Contains("SLUICE_SCHEMA_REGISTRY_PASSWORD", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("p@ss", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("%40", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_one_line_that_says_what_to_do()
    {
        using var client = Client($"http://user:secret@127.0.0.1:{FreePorts.One()}");
        var failure = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.CheckAsync(default));
        Assert.Equal(RegistryFault.Unreachable, failure.Fault);
        Assert.Matches(@"^the schema registry at http://127\.0\.0\.1:\d+ does not answer \(.+\); start it, or correct --schema-registry$", failure.Message);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_never_answers_is_given_up_after_the_time_limit()
    {
        await using var server = await TestRegistry.StartAsync();
        var gate = new TaskCompletionSource();
        server.Gate = gate.Task;
        using var client = new SchemaRegistryClient(Fast(SchemaRegistryOptions.Parse(server.Url)) with { RequestTimeout = TimeSpan.FromMilliseconds(100), Attempts = 2 });
        var failure = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.CheckAsync(default));
        Assert.Contains("no answer within 0.1 s", failure.Message, StringComparison.Ordinal);
        gate.SetResult();
    }

    [Fact]
    public async Task A_registry_that_is_not_ready_is_asked_again()
    {
        await using var server = await TestRegistry.StartAsync();
        server.Unavailable = 3;
        using var client = Client(server.Url);
        await client.CheckAsync(default);
        Assert.Equal(4, server.Requests.Count);

        server.Unavailable = 100;
        var failure = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.CheckAsync(default));
        Assert.Equal((RegistryFault.Unreachable, 50301), (failure.Fault, failure.Code));
    }

    [Fact]
    public async Task Another_address_of_the_registry_takes_over()
    {
        await using var one = await TestRegistry.StartAsync();
        await using var two = await TestRegistry.StartAsync();
        using var client = Client($"{one.Url},{two.Url}");
        await client.CheckAsync(default);
        Assert.Empty(two.Requests);
        one.IsDown = true;
        await client.CheckAsync(default);
        await client.CheckAsync(default);
        Assert.Equal(2, two.Requests.Count); // and stays
    }

    [Fact]
    public async Task A_path_in_the_address_is_kept_and_a_wrong_one_is_told()
    {
        await using var server = await TestRegistry.StartAsync("/apis/ccompat/v7");
        using var client = Client($"{server.Url}/apis/ccompat/v7/");
        await client.CheckAsync(default);
        Assert.Equal(1, await client.RegisterAsync("a/b-value", One, default)); // names are escaped
        Assert.Equal([1], await client.VersionsAsync("a/b-value", default));
    }

    [Fact]
    public async Task What_is_no_registry_is_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerOnceAsync(listener, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>");
        using var client = Client($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        var failure = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.CheckAsync(default));
        Assert.Contains("is no schema registry", failure.Message, StringComparison.Ordinal);
        await answering;
    }

    [Theory]
    [InlineData("", "has no address")]
    [InlineData("localhost:8081", "localhost:8081")]
    [InlineData("ftp://host", "ftp://host")]
    [InlineData("user:secret@host:8081", "…@host:8081")]
    public void An_address_that_is_none_is_told_without_credentials(string text, string part)
    {
        var failure = Assert.Throws<FormatException>(() => SchemaRegistryOptions.Parse(text));
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    internal static SchemaRegistryOptions Fast(SchemaRegistryOptions options) => options with { FirstPause = TimeSpan.FromMilliseconds(1), RequestTimeout = TimeSpan.FromMinutes(2) };

    private static SchemaRegistryClient Client(string url) => new(Fast(SchemaRegistryOptions.Parse(url)));

    private static async Task AnswerOnceAsync(TcpListener listener, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var request = new byte[4096];
        Assert.True(await stream.ReadAsync(request) > 0);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
    }
}
