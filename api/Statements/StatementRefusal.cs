using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sluice.Sinks;

namespace Sluice.Api.Statements;

/// <summary>ClickHouse's error, as its own server would send it.</summary>
internal sealed class StatementRefusal(ClickHouseException error) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(string), ["text/plain"]));

    /// <summary>The error as a text that ClickHouse's clients take apart.</summary>
    public static string TextOf(ClickHouseException error) =>
        string.Create(CultureInfo.InvariantCulture, $"Code: {error.Code}. DB::Exception: {error.Message}\n");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusOf(error);
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers["X-ClickHouse-Exception-Code"] = error.Code.ToString(CultureInfo.InvariantCulture);
        Encoding.UTF8.GetBytes(TextOf(error), response.BodyWriter);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>As ClickHouse's server answers. Source: ClickHouse, src/Server/HTTP/exceptionCodeToHTTPStatus.cpp.</summary>
    private static int StatusOf(ClickHouseException error) => error.Code switch
    {
        ClickHouseException.TimeoutExceeded => StatusCodes.Status408RequestTimeout,
        ClickHouseException.ReadOnly or 497 => StatusCodes.Status403Forbidden, // 497: access denied
        46 or 47 or 60 or 81 or 115 => StatusCodes.Status404NotFound, // unknown function, identifier, table, database, setting
        48 => StatusCodes.Status501NotImplemented,
        _ when error.Kind == ClickHouseErrorKind.Reject => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };
}
