using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Sluice.Api.Metrics;

/// <summary>The labels of one series, without regard to their order.</summary>
internal sealed class TagSet(KeyValuePair<string, object?>[] tags)
{
    private readonly KeyValuePair<string, object?>[] _tags = tags;

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    /// <summary>The labels as they stand between the braces: by name, values escaped.</summary>
    public string Render()
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in _tags)
        {
            var name = PrometheusNames.Label(key);
            var text = value switch
            {
                null => "",
                bool b => b ? "true" : "false",
                IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
                _ => value.ToString() ?? "",
            };

            // Two keys that become one name keep both values.
            labels[name] = labels.TryGetValue(name, out var other) ? $"{other};{text}" : text;
        }

        var rendered = new StringBuilder();
        foreach (var (name, text) in labels)
        {
            if (rendered.Length > 0) { rendered.Append(','); }
            rendered.Append(name).Append("=\"").Append(PrometheusText.EscapeLabel(text)).Append('"');
        }

        return rendered.ToString();
    }

    /// <summary>Compares label sets; also finds one by the span that a measurement carries, without copying it.</summary>
    internal sealed class Comparer
        : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public static Comparer Instance { get; } = new();

        public bool Equals(TagSet? x, TagSet? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

        public int GetHashCode([DisallowNull] TagSet obj) => GetHashCode(obj.Tags);

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            var tags = other._tags;
            if (alternate.Length != tags.Length) { return false; }
            for (var i = 0; i < tags.Length; i++)
            {
                // The usual caller gives its labels in one order.
                if (!Same(alternate[i], tags[i])) { return SameInAnyOrder(alternate, tags); }
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = alternate.Length;
            foreach (var (key, value) in alternate)
            {
                hash += (key.GetHashCode() * 31) ^ (value?.GetHashCode() ?? 0);
            }

            return hash;
        }

        private static bool SameInAnyOrder(ReadOnlySpan<KeyValuePair<string, object?>> a, KeyValuePair<string, object?>[] b)
        {
            // Sizes are equal, so equal counts of every pair of a make the sets equal, repeated labels included.
            foreach (var pair in a)
            {
                int inA = 0, inB = 0;
                for (var i = 0; i < b.Length; i++)
                {
                    if (Same(pair, a[i])) { inA++; }
                    if (Same(pair, b[i])) { inB++; }
                }

                if (inA != inB) { return false; }
            }

            return true;
        }

        private static bool Same(in KeyValuePair<string, object?> a, in KeyValuePair<string, object?> b) =>
            a.Key == b.Key && Equals(a.Value, b.Value);
    }
}
