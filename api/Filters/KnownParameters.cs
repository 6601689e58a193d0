using Microsoft.AspNetCore.Http;

namespace Sluice.Api.Filters;

/// <summary>Refuses parameters that the endpoint does not know: a misspelt filter must not silently give everything.</summary>
internal static class KnownParameters
{
    public static ValueTask<object?> Check(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Request.Query.Count == 0) { return next(context); }
        var known = http.GetEndpoint()?.Metadata.GetMetadata<ParameterSet>() ?? ParameterSet.None;
        foreach (var name in http.Request.Query.Keys)
        {
            if (!known.Contains(name)) { return ValueTask.FromResult<object?>(Problems.UnknownParameter(name, known.Names)); }
        }

        return next(context);
    }
}
