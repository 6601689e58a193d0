using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Filters;
using Sluice.Api.Hosting;
using Sluice.Sinks;

namespace Sluice.Api.Endpoints;

/// <summary>Statements of the local user, in the manner of ClickHouse's HTTP interface, reading only.</summary>
internal static partial class QueryEndpoints
{
    private const string DefaultFormat = "TabSeparated";

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
    internal static async Task<Results<QueryReply, QueryRefusal, ProblemHttpResult>> RunQuery(
        HttpRequest request, IClickHouse store, ApiOptions options, CancellationToken cancellationToken)
    {
        if (IsFromAnotherSite(request)) { return Problems.CrossSite(); }

        var format = DefaultFormat;
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
            return new QueryRefusal(new ClickHouseException(SyntaxError, "Empty query: give one statement in the body. (SYNTAX_ERROR)", ClickHouseErrorKind.Reject));
        }

        if (FormatClause().Match(sql) is { Success: true } clause) { format = clause.Groups["format"].Value; }
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
            return new QueryRefusal(e);
        }
    }

    /// <summary>A page that the user happens to have open must not reach into the store through the user's browser.</summary>
    private static bool IsFromAnotherSite(HttpRequest request)
    {
        if (request.Headers.Origin is [{ Length: > 0 } origin]) { return origin != $"{request.Scheme}://{request.Host}"; }
        return request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site != "same-origin" && site != "none";
    }

    private static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    [GeneratedRegex(@"\bFORMAT\s+(?<format>\w+)\s*;?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FormatClause();

    /// <summary>A result in the format that was asked for.</summary>
    internal sealed class QueryReply(QueryResult result, string format) : IResult, IEndpointMetadataProvider
    {
        public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/tab-separated-values", "application/json"]));

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = MediaType(format);
            httpContext.Response.ContentLength = result.Bytes.Length;
            httpContext.Response.Headers["X-ClickHouse-Format"] = format;
            await httpContext.Response.BodyWriter.WriteAsync(result.Bytes, httpContext.RequestAborted);
        }

        private static string MediaType(string format) => format switch
        {
            "JSONEachRow" or "JSONLines" or "NDJSON" or "JSONCompactEachRow" => "application/x-ndjson; charset=UTF-8",
            _ when format.StartsWith("JSON", StringComparison.Ordinal) => "application/json; charset=UTF-8",
            _ when format.StartsWith("CSV", StringComparison.Ordinal) => "text/csv; charset=UTF-8",
            _ when format.StartsWith("TSV", StringComparison.Ordinal) || format.StartsWith("TabSeparated", StringComparison.Ordinal) =>
                "text/tab-separated-values; charset=UTF-8",
            _ when format.StartsWith("Pretty", StringComparison.Ordinal) || format is "Vertical" or "Markdown" or "XML" or "Values" =>
                "text/plain; charset=UTF-8",
            _ => "application/octet-stream",
        };
    }

    /// <summary>ClickHouse's error, as its own server would send it.</summary>
    internal sealed class QueryRefusal(ClickHouseException error) : IResult, IEndpointMetadataProvider
    {
        public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(string), ["text/plain"]));

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = StatusOf(error);
            response.ContentType = "text/plain; charset=UTF-8";
            response.Headers["X-ClickHouse-Exception-Code"] = error.Code.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Encoding.UTF8.GetBytes($"Code: {error.Code}. DB::Exception: {error.Message}\n", response.BodyWriter);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }

        /// <summary>As ClickHouse's server answers. Source: ClickHouse, src/Server/HTTP/exceptionCodeToHTTPStatus.cpp.</summary>
        private static int StatusOf(ClickHouseException error) => error.Code switch
        {
            ClickHouseException.TimeoutExceeded => StatusCodes.Status408RequestTimeout,
            ClickHouseException.ReadOnly => StatusCodes.Status403Forbidden,
            46 or 47 or 60 or 81 or 115 => StatusCodes.Status404NotFound, // unknown function, identifier, table, database, setting
            48 => StatusCodes.Status501NotImplemented,
            _ when error.Kind == ClickHouseErrorKind.Reject => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status500InternalServerError,
        };
    }
}
