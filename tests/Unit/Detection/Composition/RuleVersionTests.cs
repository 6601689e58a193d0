using System.Reflection;
using System.Text;
using Sluice.Processors.Core;
using Sluice.Processors.Core.Arbitrage;

namespace Sluice.Tests.Unit.Detection.Composition;

/// <summary>
/// The tables of rules as they were when a version was given: <c>tests/Golden/rules/&lt;detector&gt;.txt</c>. Whoever changes a rule's name, a threshold or the order in
/// which rules are asked raises the detector's version; then <c>UPDATE_GOLDEN=1</c> writes the table anew, and not before.
/// </summary>
public class RuleVersionTests
{
    public static TheoryData<string, int> Detectors { get; } = new()
    {
        { "Arbitrage", RuleVersions.Arbitrage },
        { "Sandwich", RuleVersions.Sandwich },
        { "Jit", RuleVersions.Jit },
        { "Liquidations", RuleVersions.Liquidation },
        { "Attempts", RuleVersions.Attempt },
        { "Bundles", RuleVersions.Bundle },
    };

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_change_of_the_rules_raises_the_version(string detector, int version)
    {
        var file = Path.Combine(RealData.RepositoryRoot, "tests", "Golden", "rules", detector + ".txt");
        var expected = File.Exists(file) ? File.ReadAllText(file) : "version 0\n";
        var actual = $"version {version}\n" + TableOf(detector);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1" && VersionOf(expected) < version)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            expected = actual;
        }

        Assert.True(expected == actual, $"the rules of {detector} differ from those of version {VersionOf(expected)}: raise RuleVersions.{detector}, then write the table with UPDATE_GOLDEN=1\n{actual}");
    }

    [Fact]
    public void Every_version_is_one_or_more()
    {
        var versions = typeof(RuleVersions).GetFields().Select(f => (int)f.GetRawConstantValue()!).ToList();
        Assert.NotEmpty(versions);
        Assert.All(versions, v => Assert.True(v >= 1));
    }

    private static int VersionOf(string table) => int.Parse(table.AsSpan(8, table.IndexOf('\n', StringComparison.Ordinal) - 8));

    /// <summary>Constants of the classes …Rules, defaults of the records …Rules, names of the enumerations …Verdict, a line each, of the detector's folder.</summary>
    private static string TableOf(string detector)
    {
        var text = new StringBuilder();
        var types = typeof(ArbitrageDetector).Assembly.GetTypes().Where(t => t.Namespace == "Sluice.Processors.Core." + detector && t.DeclaringType is null).OrderBy(t => t.Name, StringComparer.Ordinal);
        foreach (var type in types)
        {
            if (type.IsEnum && type.Name.EndsWith("Verdict", StringComparison.Ordinal))
            {
                foreach (var name in Enum.GetNames(type)) { text.Append($"{type.Name} {name}\n"); }
            }

            if (!type.Name.EndsWith("Rules", StringComparison.Ordinal)) { continue; }
            var constants = type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(f => f.IsLiteral);
            foreach (var constant in constants) { text.Append($"{type.Name}.{constant.Name} {constant.GetRawConstantValue()}\n"); }
            var constructor = type.GetConstructors().FirstOrDefault(c => c.GetParameters() is { Length: > 0 } all && all.All(p => p.HasDefaultValue));
            foreach (var parameter in constructor?.GetParameters() ?? []) { text.Append($"{type.Name}.{parameter.Name} {parameter.DefaultValue}\n"); }
        }

        return text.ToString();
    }
}
