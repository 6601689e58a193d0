using System.Text.Json;

namespace Sluice.Tests.Integration.Api;

/// <summary>The OpenAPI document of the repository is the one that is served, and it leaves nothing unsaid.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private static readonly string[] Methods = ["get", "post"];

    /// <summary>What happens now is not read from the store.</summary>
    private static readonly string[] NotOfTheStore = ["/api/v1/live", "/api/v1/status"];

    private Running _running = null!;

    private static string Path => System.IO.Path.Combine(RealData.RepositoryRoot, "api", "openapi.json");

    public async Task InitializeAsync() => _running = await Running.StartAsync(new NoStore());

    public async Task DisposeAsync() => await _running.DisposeAsync();

    [Fact]
    public async Task The_document_of_the_repository_is_current()
    {
        var served = (await _running.Client.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") { await File.WriteAllTextAsync(Path, served); }
        Assert.True(
            await File.ReadAllTextAsync(Path) == served,
            "api/openapi.json is not what the api serves: run this test with UPDATE_GOLDEN=1 and review the difference.");
    }

    [Fact]
    public async Task Every_operation_has_a_summary_and_an_id_and_every_parameter_a_description_and_an_example()
    {
        foreach (var (path, method, operation) in await OperationsAsync())
        {
            Assert.True(Says(operation, "summary"), $"{method} {path} has no summary");
            Assert.True(Says(operation, "operationId"), $"{method} {path} has no id");
            Assert.True(operation.TryGetProperty("tags", out _), $"{method} {path} has no tag");
            if (!operation.TryGetProperty("parameters", out var parameters)) { continue; }
            foreach (var parameter in parameters.EnumerateArray())
            {
                var name = parameter.GetProperty("name").GetString();
                Assert.True(Says(parameter, "description"), $"{method} {path}: {name} has no description");
                Assert.True(name == "cursor" || parameter.TryGetProperty("example", out _), $"{method} {path}: {name} has no example");
            }
        }
    }

    [Fact]
    public async Task Every_field_of_every_answer_has_a_description_and_every_amount_is_a_string()
    {
        var document = await DocumentAsync();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var schema in schemas.EnumerateObject())
        {
            if (schema.Name == "ProblemDetails" || !schema.Value.TryGetProperty("properties", out var fields)) { continue; }
            foreach (var field in fields.EnumerateObject())
            {
                Assert.True(
                    field.Name == "status" || field.Value.ToString().Contains("\"description\""),
                    $"{schema.Name}.{field.Name} has no description: {field.Value}");
                if (field.Name.EndsWith("_lamports", StringComparison.Ordinal)) { Assert.Contains("BaseUnits", field.Value.ToString()); }
            }
        }

        var amount = schemas.GetProperty("BaseUnits");
        Assert.Equal("string", amount.GetProperty("type").GetString());
        Assert.False(amount.TryGetProperty("properties", out _));
    }

    [Fact]
    public async Task Every_resource_documents_its_problems()
    {
        foreach (var (path, method, operation) in await OperationsAsync())
        {
            if (!path.StartsWith("/api/", StringComparison.Ordinal) || NotOfTheStore.Contains(path)) { continue; }
            var answers = operation.GetProperty("responses");
            foreach (var status in new[] { "200", "400", "503", "504" })
            {
                Assert.True(answers.TryGetProperty(status, out _), $"{method} {path} does not document {status}");
            }
        }
    }

    private static bool Says(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) && text.GetString() is { Length: > 0 };

    private async Task<JsonElement> DocumentAsync() =>
        JsonDocument.Parse(await _running.Client.GetStringAsync("/openapi/v1.json")).RootElement;

    private async Task<List<(string Path, string Method, JsonElement Operation)>> OperationsAsync() =>
    [
        .. (await DocumentAsync()).GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(o => Methods.Contains(o.Name))
            .Select(o => (path.Name, o.Name, o.Value))),
    ];
}
