using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Sluice.Tests.Unit.Deploy;

/// <summary>The files that people deploy with, read by parsers that others wrote.</summary>
internal static class DeployFiles
{
    public static string Folder { get; } = Path.Combine(RealData.RepositoryRoot, "deploy");

    public static string Compose { get; } = Path.Combine(RealData.RepositoryRoot, "docker-compose.yml");

    public static string Dockerfile { get; } = Path.Combine(RealData.RepositoryRoot, "Dockerfile");

    public static string Operations { get; } = File.ReadAllText(Path.Combine(RealData.RepositoryRoot, "docs", "operations.md"));

    /// <summary>All YAML files, by their path from the root.</summary>
    public static IEnumerable<string> Yaml =>
        Directory.EnumerateFiles(Folder, "*.y*ml", SearchOption.AllDirectories).Append(Compose).Order(StringComparer.Ordinal);

    public static IEnumerable<string> Dashboards =>
        Directory.EnumerateFiles(Path.Combine(Folder, "grafana", "dashboards"), "*.json").Order(StringComparer.Ordinal);

    /// <summary>Every Kubernetes object, with the file it stands in.</summary>
    public static IEnumerable<(string File, YamlMappingNode Object)> Kubernetes =>
        from file in Directory.EnumerateFiles(Path.Combine(Folder, "kubernetes"), "*.yaml").Order(StringComparer.Ordinal)
        from document in Documents(file)
        select (Path.GetFileName(file), (YamlMappingNode)document);

    /// <summary>The documents of a file, with merge keys carried out.</summary>
    public static IReadOnlyList<YamlNode> Documents(string file)
    {
        using var reader = new StreamReader(file);
        var stream = new YamlStream();
        stream.Load(reader);
        return [.. stream.Documents.Select(d => Merged(d.RootNode))];
    }

    public static JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement;

    /// <summary>The node at a path; null where there is none.</summary>
    public static YamlNode? At(this YamlNode node, params string[] path) => path.Aggregate(
        (YamlNode?)node,
        (at, name) => at is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null);

    public static string? Text(this YamlNode node, params string[] path) => (node.At(path) as YamlScalarNode)?.Value;

    public static IEnumerable<YamlNode> Items(this YamlNode node, params string[] path) => (node.At(path) as YamlSequenceNode)?.Children ?? [];

    public static IEnumerable<(string Name, YamlNode Value)> Entries(this YamlNode node, params string[] path) =>
        ((node.At(path) as YamlMappingNode)?.Children ?? new YamlMappingNode().Children).Select(c => (((YamlScalarNode)c.Key).Value!, c.Value));

    /// <summary>Every node below, itself included, with the names that lead to it.</summary>
    public static IEnumerable<(string Path, YamlNode Node)> All(this YamlNode node, string path = "") => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(c => c.Value.All($"{path}/{c.Key}")).Prepend((path, node)),
        YamlSequenceNode list => list.Children.SelectMany((c, i) => c.All($"{path}/{i}")).Prepend((path, node)),
        _ => [(path, node)],
    };

    /// <summary>Carries merge keys out as Compose does: a mapping's own keys stand above those that it takes over.</summary>
    private static YamlNode Merged(YamlNode node)
    {
        switch (node)
        {
            case YamlSequenceNode list:
                return new YamlSequenceNode(list.Children.Select(Merged));
            case YamlMappingNode map:
                var result = new YamlMappingNode();
                foreach (var (key, value) in map.Children.Where(c => c.Key.ToString() != "<<")) { result.Add(key, Merged(value)); }
                if (map.At("<<") is { } taken)
                {
                    foreach (var (key, value) in ((YamlMappingNode)Merged(taken)).Children.Where(c => !result.Children.ContainsKey(c.Key))) { result.Add(key, value); }
                }

                return result;
            default:
                return node;
        }
    }
}
