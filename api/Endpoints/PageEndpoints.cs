using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Sluice.Api.Endpoints;

/// <summary>The start page and its parts, which lie in the assembly.</summary>
internal static class PageEndpoints
{
    private const string ResourcePrefix = "wwwroot/";

    private static readonly FrozenDictionary<string, Asset> Assets = Load();

    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        foreach (var name in Assets.Keys)
        {
            routes.MapGet(name == "index.html" ? "/" : "/" + name, (HttpContext http) => GetAsset(name, http)).ExcludeFromDescription();
        }
    }

    private static FileContentHttpResult GetAsset(string name, HttpContext http)
    {
        var asset = Assets[name];
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-cache";
        return TypedResults.Bytes(asset.Bytes, asset.MediaType, entityTag: asset.Tag);
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(PageEndpoints).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[ResourcePrefix.Length..], name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static Asset Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
        return new Asset(bytes, Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            var other => throw new InvalidOperationException($"{name}: no media type is known for {other}"),
        }, tag);
    }

    private sealed record Asset(byte[] Bytes, string MediaType, EntityTagHeaderValue Tag);
}
