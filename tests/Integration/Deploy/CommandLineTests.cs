using System.Text.RegularExpressions;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Unit.Deploy;

namespace Sluice.Tests.Integration.Deploy;

/// <summary>What compose file, manifests and pages say to the program, the program knows.</summary>
public sealed partial class CommandLineTests
{
    private static readonly string[] Folders = ["api", "cli", "ingest", "sinks", "streams"];

    /// <summary>Role and arguments of every container.</summary>
    private static IEnumerable<(string Where, string[] Arguments)> Containers =>
        DeployFiles.Documents(DeployFiles.Compose).Single().Entries("services").Where(s => s.Value.Text("image")!.StartsWith("sluice:", StringComparison.Ordinal))
            .Select(s => ($"compose {s.Name}", s.Value.Items("command").Select(a => a.ToString()).ToArray()))
            .Concat(DeployFiles.Kubernetes.SelectMany(o => o.Object.Items("spec", "template", "spec", "containers"))
                .Select(c => ($"kubernetes {c.Text("name")}", c.Items("args").Select(a => a.ToString()).ToArray())));

    [Fact]
    public async Task Every_option_of_a_container_is_one_of_its_command()
    {
        var containers = Containers.ToArray();
        Assert.Equal(8, containers.Length);
        foreach (var role in containers.GroupBy(c => c.Arguments[0]))
        {
            var help = await SluiceProcess.RunAsync(role.Key, "--help");
            Assert.True(help.ExitCode == 0, $"sluice {role.Key}: {help.Errors}");
            var known = Option().Matches(help.Output).Select(m => m.Value).ToHashSet();
            foreach (var (where, arguments) in role)
            {
                Assert.All(arguments.Where(a => a.StartsWith("--", StringComparison.Ordinal)), a => Assert.True(known.Contains(a), $"{where}: {a}"));
            }
        }
    }

    [Fact]
    public void Every_variable_is_read_by_the_program()
    {
        var read = Literal().Matches(Sources()).Select(m => m.Groups["name"].Value).ToHashSet();
        var given = DeployFiles.Documents(DeployFiles.Compose).Single().Entries("services").Where(s => s.Value.Text("image")!.StartsWith("sluice:", StringComparison.Ordinal))
            .SelectMany(s => s.Value.Entries("environment").Select(e => e.Name))
            .Concat(DeployFiles.Kubernetes.SelectMany(o => o.Object.Entries("data").Concat(o.Object.Entries("stringData"))).Select(e => e.Name))
            .Distinct().ToArray();
        Assert.NotEmpty(given);
        Assert.All(given, name => Assert.True(IsRead(name, read), $"nothing reads {name}"));
    }

    [Fact]
    public void Every_path_of_a_health_check_is_served()
    {
        var served = Route().Matches(Sources()).Select(m => m.Groups["path"].Value).ToHashSet();
        var compose = DeployFiles.Documents(DeployFiles.Compose).Single().Entries("services").Where(s => s.Value.Text("image")!.StartsWith("sluice:", StringComparison.Ordinal))
            .Select(s => new Uri(s.Value.Items("healthcheck", "test").Last().ToString()).AbsolutePath);
        var kubernetes = DeployFiles.Kubernetes.SelectMany(o => o.Object.All()).Where(n => n.Path.EndsWith("/httpGet", StringComparison.Ordinal)).Select(n => n.Node.Text("path")!);
        var asked = compose.Concat(kubernetes).Append("/metrics").ToArray();
        Assert.True(asked.Length > 10);
        Assert.All(asked, path => Assert.Contains(path, served));
    }

    private static string Sources() => string.Concat(
        from folder in Folders
        from file in Directory.EnumerateFiles(Path.Combine(RealData.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        select File.ReadAllText(file));

    /// <summary>A variable stands in the sources as it is, as a name and an ending, or is a property of the Kafka client.</summary>
    private static bool IsRead(string name, HashSet<string> read) =>
        read.Contains(name)
        || read.Any(first => name.StartsWith(first, StringComparison.Ordinal) && read.Contains(name[first.Length..]))
        || (read.Contains("SLUICE_KAFKA_") && name.StartsWith("SLUICE_KAFKA_", StringComparison.Ordinal));

    [GeneratedRegex(@"MapGet\(""(?<path>/[a-z/]*)""")]
    private static partial Regex Route();

    [GeneratedRegex(@"--[a-z][a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex(@"""(?<name>(SLUICE)?_?[A-Z_]+)""")]
    private static partial Regex Literal();
}
