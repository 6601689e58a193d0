namespace Sluice.Cli.Roles.Settings;

/// <summary>librdkafka properties from where people write them: a file, the environment, options; the later ones count.</summary>
internal static class KafkaProperties
{
    /// <summary>SLUICE_KAFKA_SASL_PASSWORD is <c>sasl.password</c>.</summary>
    public const string VariablePrefix = "SLUICE_KAFKA_";

    public const string Servers = "bootstrap.servers";

    /// <summary>Reads a properties file: <c>name=value</c> a line; lines that begin with # or ! and empty ones are left out.</summary>
    /// <exception cref="FormatException">A line is neither; it is named by its number, since it may hold a secret.</exception>
    public static IEnumerable<KeyValuePair<string, string>> OfFile(string file, IEnumerable<string> lines)
    {
        foreach (var (index, raw) in lines.Index())
        {
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or '!') { continue; }
            yield return Split(line) ?? throw new FormatException($"{file}: line {index + 1} is no name=value.");
        }
    }

    /// <summary>Takes the variables that begin with <see cref="VariablePrefix"/>; empty ones are left out.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfEnvironment(IReadOnlyDictionary<string, string> variables) => variables
        .Where(v => v.Key.StartsWith(VariablePrefix, StringComparison.Ordinal) && v.Key.Length > VariablePrefix.Length && v.Value.Length > 0)
        .OrderBy(v => v.Key, StringComparer.Ordinal)
        .Select(v => new KeyValuePair<string, string>(v.Key[VariablePrefix.Length..].ToLowerInvariant().Replace('_', '.'), v.Value));

    /// <summary>Takes <c>name=value</c> as it stands after an option.</summary>
    /// <exception cref="FormatException">One is something else; it is not shown, since it may be a secret.</exception>
    public static IEnumerable<KeyValuePair<string, string>> OfOptions(IEnumerable<string> pairs) =>
        pairs.Select(p => Split(p) ?? throw new FormatException("--kafka-set takes property=value, such as --kafka-set security.protocol=SSL."));

    private static KeyValuePair<string, string>? Split(string line)
    {
        var equals = line.IndexOf('=');
        return equals <= 0 ? null : new KeyValuePair<string, string>(line[..equals].Trim(), line[(equals + 1)..].Trim());
    }
}
