using System.Text;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Strings for texts that repeat, so that steady decoding makes none. Bounded: an entry gives way to another of the same slot.</summary>
internal sealed class TextCache
{
    private const int Slots = 1 << 12;
    private const int MaxUnknown = 1 << 14;
    private readonly (byte[] Utf8, string Text)[] _texts = new (byte[], string)[Slots];
    private readonly Dictionary<Pubkey, string> _unknown = [];

    /// <summary>The text of UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2166136261;
        foreach (var b in utf8) { hash = (hash ^ b) * 16777619; }
        ref var entry = ref _texts[(hash ^ (hash >> 16)) & (Slots - 1)];
        if (entry.Utf8 is null || !utf8.SequenceEqual(entry.Utf8)) { entry = (utf8.ToArray(), Encoding.UTF8.GetString(utf8)); }
        return entry.Text;
    }

    /// <summary>unknown(program), the venue's name of a swap that only the generic detector saw.</summary>
    public string UnknownVenue(in Pubkey program)
    {
        if (_unknown.TryGetValue(program, out var text)) { return text; }
        if (_unknown.Count >= MaxUnknown) { _unknown.Clear(); }
        return _unknown[program] = $"unknown({program})";
    }
}
