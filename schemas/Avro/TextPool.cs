using System.Text;

namespace Sluice.Schemas.Avro;

/// <summary>Short texts met lately, such as names of venues, so that reading them again makes no new string. Not thread-safe.</summary>
/// <remarks>Each text has one place, by its hash, where the next text of that place replaces it: the size is bounded.</remarks>
public sealed class TextPool
{
    private const int Places = 1024;
    private const int MaxLength = 64;

    private readonly string?[] _texts = new string?[Places];

    /// <summary>The text of bytes that are UTF-8.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) { return ""; }
        if (utf8.Length > MaxLength) { return Encoding.UTF8.GetString(utf8); }
        var hash = 2_166_136_261u; // FNV-1a
        foreach (var b in utf8) { hash = (hash ^ b) * 16_777_619; }
        ref var place = ref _texts[hash & (Places - 1)];
        if (place is null || !Ascii.Equals(utf8, place)) { place = Encoding.UTF8.GetString(utf8); }
        return place;
    }
}
