using System.Text;
using System.Text.RegularExpressions;

namespace Sluice.Ingest.Sources;

/// <summary>Path patterns for shells that leave them to the program: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>{a,b}</c> and <c>**</c> for any folders.</summary>
internal static class Glob
{
    /// <summary>True when the text holds a character of a pattern.</summary>
    public static bool IsPattern(string path) => path.AsSpan().ContainsAny("*?[{");

    /// <summary>The folder in front of the first part that holds a pattern, and the pattern of full paths.</summary>
    public static (string Folder, Regex Pattern) Parse(string path)
    {
        var full = Path.IsPathRooted(path) ? path : Path.Combine(Environment.CurrentDirectory, path);
        var parts = full.Replace('\\', '/').Split('/');
        var plain = parts.TakeWhile(p => !IsPattern(p)).ToArray();
        var folder = plain.Length <= 1 ? "/" : string.Join('/', plain);
        return (folder, new Regex(ToRegex(string.Join('/', parts)), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
    }

    private static string ToRegex(string glob)
    {
        var regex = new StringBuilder("^");
        var braces = 0;
        for (var i = 0; i < glob.Length; i++)
        {
            var c = glob[i];
            if (c == '*' && i + 1 < glob.Length && glob[i + 1] == '*')
            {
                var takesSlash = i + 2 < glob.Length && glob[i + 2] == '/';
                regex.Append(takesSlash ? "(?:.*/)?" : ".*");
                i += takesSlash ? 2 : 1;
            }
            else if (c == '[' && glob.IndexOf(']', i + 1) is > 0 and var close)
            {
                var set = glob[(i + 1)..close].Replace("\\", "\\\\");
                regex.Append(set.StartsWith('!') ? $"[^{set[1..]}]" : $"[{set}]");
                i = close;
            }
            else
            {
                if (c == '{') { braces++; }
                regex.Append(c switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    '{' => "(?:",
                    '}' when braces > 0 => ")",
                    ',' when braces > 0 => "|",
                    _ => Regex.Escape(c.ToString()),
                });
                if (c == '}' && braces > 0) { braces--; }
            }
        }

        return regex.Append(')', braces).Append('$').ToString();
    }
}
