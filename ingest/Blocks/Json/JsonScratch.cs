using System.Globalization;
using System.Text;

namespace Sluice.Ingest.Blocks.Json;

/// <summary>Room in which strings with escapes are written out. One string at a time; grows to the longest.</summary>
internal sealed class JsonScratch
{
    private byte[] _buffer = new byte[256];

    /// <summary>Resolves the escapes of a string's inside.</summary>
    /// <param name="raw">Between the quotes.</param>
    /// <param name="text">The string in UTF-8, valid until the next call.</param>
    /// <returns>False for an escape that JSON does not know and for half a surrogate pair.</returns>
    public bool TryUnescape(ReadOnlySpan<byte> raw, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_buffer.Length < raw.Length) { _buffer = new byte[Math.Max(raw.Length, _buffer.Length * 2)]; }
        var written = 0;
        for (var at = 0; at < raw.Length;)
        {
            if (raw[at] != '\\')
            {
                _buffer[written++] = raw[at++];
                continue;
            }

            if (at + 1 >= raw.Length) { return false; }
            if (raw[at + 1] == 'u')
            {
                if (!TryReadRune(raw[at..], out var rune, out var used)) { return false; }
                written += rune.EncodeToUtf8(_buffer.AsSpan(written));
                at += used;
                continue;
            }

            byte plain = raw[at + 1] switch
            {
                (byte)'"' or (byte)'\\' or (byte)'/' => raw[at + 1],
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                _ => 0,
            };
            if (plain == 0) { return false; }
            _buffer[written++] = plain;
            at += 2;
        }

        text = _buffer.AsSpan(0, written);
        return true;
    }

    private static bool TryReadRune(ReadOnlySpan<byte> raw, out Rune rune, out int used)
    {
        rune = default;
        used = 6;
        if (!TryReadUnit(raw, out var first)) { return false; }
        if (Rune.TryCreate(first, out rune)) { return true; }
        used = 12;
        return raw.Length >= 12 && TryReadUnit(raw[6..], out var second) && Rune.TryCreate(first, second, out rune);
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> raw, out char unit)
    {
        unit = default;
        if (raw.Length < 6 || raw[0] != '\\' || raw[1] != 'u') { return false; }
        if (!ushort.TryParse(raw.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) { return false; }
        unit = (char)value;
        return true;
    }
}
