using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Filters;
using Sluice.Api.Hosting;
using Sluice.Api.Statements;
using Sluice.Sinks;

namespace Sluice.Api.Endpoints;

/// <summary>Statements of the local user, in the manner of ClickHouse's HTTP interface, reading only.</summary>
internal static class QueryEndpoints
{
    /// <summary>ClickHouse's code of a text that is no statement.</summary>
    private const int SyntaxError = 62;

    private const string ParameterPrefix = "param_";

    private static readonly ApiParameter DefaultFormatParameter = new(
        "default_format", "Any output format of ClickHouse, for a statement without a FORMAT clause; TabSeparated when left out.", "JSONEachRow");

    public static void MapQuery(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/query", RunQuery).WithTags("Query").WithName(nameof(RunQuery))
            .Accepts<string>("*/*")
            .WithMetadata(new ParameterSet(DefaultFormatParameter))
            .RequireRateLimiting(RequestLimits.StorePolicy)
            .ProducesProblem(StatusCodes.Status403Forbidden);

    /// <summary>Runs one reading SQL statement, given in the body, in the manner of ClickHouse's HTTP interface.</summary>
    /// <remarks>
    /// SELECT, SHOW, DESCRIBE, EXPLAIN or EXISTS; rows and time are limited. A query parameter param_name gives the value of
    /// {name:Type} in the statement. Errors carry ClickHouse's code in the header X-ClickHouse-Exception-Code and its message in the body.
    /// </remarks>
    internal static async Task<Results<QueryReply, StatementRefusal, ProblemHttpResult>> RunQuery(
        HttpRequest request, IClickHouse store, ApiOptions options, CancellationToken cancellationToken)
    {
        if (CallersSite.IsForeign(request)) { return Problems.CrossSite(); }

        var format = StatementFormat.Default;
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in request.Query)
        {
            if (name == DefaultFormatParameter.Name) { format = values.ToString(); }
            else if (name.StartsWith(ParameterPrefix, StringComparison.Ordinal)) { parameters[name[ParameterPrefix.Length..]] = values.ToString(); }
            else { return Problems.UnknownParameter(name, [DefaultFormatParameter.Name, "param_<name>"]); }
        }

        var sql = await ReadAsync(request, cancellationToken);
        if (string.IsNullOrWhiteSpace(sql))
        {
            return new StatementRefusal(new ClickHouseException(SyntaxError, "Empty query: give one statement in the body. (SYNTAX_ERROR)", ClickHouseErrorKind.Reject));
        }

        format = StatementFormat.Of(sql) ?? format;
        try
        {
            var query = new ClickHouseQuery(sql)
            {
                Format = format,
                Parameters = parameters,
                MaxRows = options.MaxQueryRows,
                MaxDuration = options.QueryTimeout,
            };
            return new QueryReply(await store.QueryAsync(query, cancellationToken), format);
        }
        catch (ClickHouseException e)
        {
            return new StatementRefusal(e);
        }
    }

    private static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>A result in the format that was asked for.</summary>
    internal sealed class QueryReply(QueryResult result, string format) : IResult, IEndpointMetadataProvider
    {
        public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/tab-separated-values", "application/json"]));

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = StatementFormat.MediaTypeOf(format);
            httpContext.Response.ContentLength = result.Bytes.Length;
            httpContext.Response.Headers["X-ClickHouse-Format"] = format;
            await httpContext.Response.BodyWriter.WriteAsync(result.Bytes, httpContext.RequestAborted);
        }
    }
}
