using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sluice.Api.Contracts;
using Sluice.Api.Filters;

namespace Sluice.Api.OpenApi;

/// <summary>Completes the OpenAPI document with what the framework cannot see.</summary>
internal static class ApiDocument
{
    public const string Name = "v1";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(Describe);
        options.AddOperationTransformer(AddParameters);
        options.AddSchemaTransformer(DescribeAmounts);
    }

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Sluice",
            Version = Name,
            Description =
                "Swaps and MEV of Solana, read from the store. Amounts are whole numbers of base units (lamports for SOL), written as strings. "
                + "Times are UTC. Lists are newest first and come in pages: repeat the filters with cursor = next_cursor. "
                + "Errors are problem details (RFC 9457) whose type is stable and whose detail says what to do. "
                + "Answers carry an ETag that changes when the store does.",
        };

        // The address is that of whoever serves it.
        document.Servers?.Clear();
        return Task.CompletedTask;
    }

    private static Task AddParameters(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameters in context.Description.ActionDescriptor.EndpointMetadata.OfType<ParameterSet>())
        {
            operation.Parameters ??= [];
            foreach (var parameter in parameters.Parameters) { operation.Parameters.Add(Parameter(parameter)); }
        }

        // A slot is read as text, so that a bad one gets a problem of ours and not the framework's.
        foreach (var slot in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p is { In: ParameterLocation.Path, Name: "slot" }) ?? [])
        {
            slot.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "0" };
        }

        if (operation.Responses is { } answers)
        {
            operation.Responses = [];
            foreach (var (status, answer) in answers.OrderBy(a => a.Key, StringComparer.Ordinal)) { operation.Responses.Add(status, answer); }
        }

        return Task.CompletedTask;
    }

    private static OpenApiParameter Parameter(ApiParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Description,
        Required = false,
        Example = Value(parameter, parameter.Example),
        Schema = new OpenApiSchema
        {
            Type = parameter.Type == "integer" ? JsonSchemaType.Integer : JsonSchemaType.String,
            Format = parameter.Format,
            Pattern = parameter.Pattern,
            Minimum = parameter.Minimum?.ToString(CultureInfo.InvariantCulture),
            Maximum = parameter.Maximum?.ToString(CultureInfo.InvariantCulture),
            Default = parameter.Default is { } value ? JsonValue.Create(value) : null,
            Enum = parameter.Values.Count == 0 ? null : [.. parameter.Values.Select(v => (JsonNode)JsonValue.Create(v))],
        },
    };

    private static JsonNode? Value(ApiParameter parameter, string text) =>
        text.Length == 0 ? null
        : parameter.Type == "integer" ? JsonValue.Create(long.Parse(text, CultureInfo.InvariantCulture))
        : JsonValue.Create(text);

    private static Task DescribeAmounts(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if ((Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type) == typeof(BaseUnits))
        {
            schema.Type = JsonSchemaType.String | ((schema.Type ?? default) & JsonSchemaType.Null);
            schema.Pattern = "^-?[0-9]{1,39}$";
        }

        return Task.CompletedTask;
    }
}
