using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Sinks.Migrations;

/// <summary>One numbered DDL file: <c>NNN_name.sql</c>. Every statement can be repeated, since a crash may come before it is recorded.</summary>
public sealed class Migration
{
    public Migration(string fileName, string sql)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(fileName);
        var underscore = name.IndexOf('_');
        if (underscore < 1 || !int.TryParse(name.AsSpan(0, underscore), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new ArgumentException($"A migration is called NNN_name.sql, not {fileName}.", nameof(fileName));
        }

        Number = number;
        Name = name[(underscore + 1)..];
        var normal = sql.ReplaceLineEndings("\n");
        Checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(normal)));
        Statements = Split(normal);
    }

    /// <summary>Place in the order, from 1.</summary>
    public int Number { get; }

    public string Name { get; }

    /// <summary>SHA-256 of the file with Unix line ends, hexadecimal.</summary>
    public string Checksum { get; }

    /// <summary>Statements without comment lines; each ends with a semicolon at the end of a line in the file.</summary>
    public IReadOnlyList<string> Statements { get; }

    private static IReadOnlyList<string> Split(string sql)
    {
        var statements = new List<string>();
        var current = new StringBuilder();
        foreach (var line in sql.Split('\n'))
        {
            if (line.TrimStart().StartsWith("--", StringComparison.Ordinal)) { continue; }
            current.Append(line).Append('\n');
            if (!line.TrimEnd().EndsWith(';')) { continue; }
            statements.Add(current.ToString().Trim().TrimEnd(';'));
            current.Clear();
        }

        if (current.ToString().Trim().Length > 0) { statements.Add(current.ToString().Trim()); }
        return statements;
    }
}
