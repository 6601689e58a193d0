using System.Reflection;

namespace Sluice.Api;

/// <summary>The version of the running product.</summary>
internal static class ProductVersion
{
    /// <summary>As in 0.1.0, without the build's own suffix.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "unknown";
}
