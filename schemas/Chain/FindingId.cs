using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sluice.Schemas.Chain;

/// <summary>A finding's id, made of content alone: a kind, a signature, and for some kinds where in the transaction.</summary>
/// <remarks>
/// Shown as <c>kind:signature</c>, <c>kind:signature:ixIndex.innerIxIndex</c> or <c>kind:signature:ixIndex.innerIxIndex.legIndex</c>, the
/// signature in base58, an innerIxIndex of -1 where the instruction is no inner one. It becomes text only where text is written.
/// Any other text, which a topic may hold as well, is kept as it is. A text is taken apart only when it would be written again byte for byte,
/// so two ids are equal when their parts are. The default value is the empty text.
/// </remarks>
public readonly struct FindingId : IEquatable<FindingId>
{
    /// <summary>Longest text, in bytes, of an id that is not kept as text.</summary>
    public const int MaxBytes = MaxKind + Base58.MaxChars64 + MaxPlaces;

    private const int MaxKind = 12; // liquidation:
    private const int MaxPlaces = 3 * (1 + MaxPlace);
    private const int MaxPlace = 11; // -2147483648

    private readonly Signature _signature;
    private readonly string? _text;
    private readonly int _ixIndex;
    private readonly int _innerIxIndex;
    private readonly int _legIndex;
    private readonly Kind _kind;

    private FindingId(Kind kind, in Signature signature, int ixIndex = 0, int innerIxIndex = 0, int legIndex = 0)
    {
        _kind = kind;
        _signature = signature;
        _ixIndex = ixIndex;
        _innerIxIndex = innerIxIndex;
        _legIndex = legIndex;
    }

    private FindingId(string text) => _text = text.Length == 0 ? null : text;

    private enum Kind : byte
    {
        Text,
        Arbitrage,
        Attempt,
        Bundle,
        Jit,
        Liquidation,
        RoundTrip,
        Sandwich,
    }

    /// <summary>The text of an id that is none of the known forms, or null.</summary>
    internal string? Kept => _kind == Kind.Text ? _text ?? "" : null;

    /// <summary>The signature within; that of zeros where the id is kept as text.</summary>
    [UnscopedRef]
    internal ref readonly Signature Signature => ref _signature;

    /// <summary><c>arbitrage:signature</c>.</summary>
    public static FindingId Arbitrage(in Signature signature) => new(Kind.Arbitrage, signature);

    /// <summary><c>attempt:signature</c>.</summary>
    public static FindingId Attempt(in Signature signature) => new(Kind.Attempt, signature);

    /// <summary><c>bundle:signature</c>, that of the first transaction.</summary>
    public static FindingId Bundle(in Signature signature) => new(Kind.Bundle, signature);

    /// <summary><c>jit:signature:ixIndex.innerIxIndex</c>, those of the first addition.</summary>
    public static FindingId Jit(in Signature signature, int ixIndex, int innerIxIndex) => new(Kind.Jit, signature, ixIndex, innerIxIndex);

    /// <summary><c>liquidation:signature:ixIndex.innerIxIndex</c>.</summary>
    public static FindingId Liquidation(in Signature signature, int ixIndex, int innerIxIndex) =>
        new(Kind.Liquidation, signature, ixIndex, innerIxIndex);

    /// <summary><c>round_trip:signature:ixIndex.innerIxIndex.legIndex</c>, those of the first leg.</summary>
    public static FindingId RoundTrip(in Signature signature, int ixIndex, int innerIxIndex, int legIndex) =>
        new(Kind.RoundTrip, signature, ixIndex, innerIxIndex, legIndex);

    /// <summary><c>sandwich:signature:ixIndex.innerIxIndex.legIndex</c>, those of the first front leg.</summary>
    public static FindingId Sandwich(in Signature signature, int ixIndex, int innerIxIndex, int legIndex) =>
        new(Kind.Sandwich, signature, ixIndex, innerIxIndex, legIndex);

    /// <summary>Takes any text: one of the forms is taken apart, any other is kept.</summary>
    [SkipLocalsInit]
    public static FindingId Parse(string text)
    {
        Span<byte> utf8 = stackalloc byte[MaxBytes];
        return Encoding.UTF8.TryGetBytes(text, utf8, out var length) && TryParse(utf8[..length], out var id) ? id : new FindingId(text);
    }

    /// <summary>Takes text apart that is one of the forms; false for any other.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> utf8, out FindingId id)
    {
        id = default;
        for (var kind = Kind.Arbitrage; kind <= Kind.Sandwich; kind++)
        {
            var name = NameOf(kind);
            if (!utf8.StartsWith(name)) { continue; }
            var rest = utf8[name.Length..];
            var end = rest.IndexOf((byte)':');
            if (!Signature.TryParse(end < 0 ? rest : rest[..end], out Signature signature)) { return false; }
            rest = end < 0 ? [] : rest[end..];
            var (ixIndex, innerIxIndex, legIndex) = (0, 0, 0);
            var places = PlacesOf(kind);
            if (places > 0 && !(TryPlace(ref rest, ':', out ixIndex) && TryPlace(ref rest, '.', out innerIxIndex))) { return false; }
            if (places > 2 && !TryPlace(ref rest, '.', out legIndex)) { return false; }
            if (!rest.IsEmpty) { return false; }
            id = new FindingId(kind, signature, ixIndex, innerIxIndex, legIndex);
            return true;
        }

        return false;
    }

    /// <summary>Writes the text as UTF-8 and returns its length: at most <see cref="MaxBytes"/>, where the id is not kept as text.</summary>
    public int Format(Span<byte> destination)
    {
        if (Kept is { } text) { return Encoding.UTF8.GetBytes(text, destination); }
        var length = FormatKind(destination);
        return FormatPlaces(destination, length + _signature.Format(destination[length..]));
    }

    /// <summary>The same, of an id that is not kept as text, for a caller that has the base58 of its signature.</summary>
    internal int Format(Span<byte> destination, ReadOnlySpan<byte> signature)
    {
        var length = FormatKind(destination);
        signature.CopyTo(destination[length..]);
        return FormatPlaces(destination, length + signature.Length);
    }

    public bool Equals(FindingId other) => AreEqual(in this, in other);

    public override bool Equals(object? obj) => obj is FindingId other && AreEqual(in this, in other);

    /// <summary>A hash for tables in memory only.</summary>
    public override int GetHashCode() => HashCode.Combine(_kind, _signature, _ixIndex, _innerIxIndex, _legIndex, _text);

    [SkipLocalsInit]
    public override string ToString()
    {
        if (Kept is { } text) { return text; }
        Span<byte> utf8 = stackalloc byte[MaxBytes];
        return Encoding.ASCII.GetString(utf8[..Format(utf8)]);
    }

    public static bool operator ==(in FindingId left, in FindingId right) => AreEqual(in left, in right);

    public static bool operator !=(in FindingId left, in FindingId right) => !AreEqual(in left, in right);

    private static bool AreEqual(in FindingId left, in FindingId right) =>
        left._kind == right._kind && left._signature == right._signature && left._ixIndex == right._ixIndex
        && left._innerIxIndex == right._innerIxIndex && left._legIndex == right._legIndex && left._text == right._text;

    private static ReadOnlySpan<byte> NameOf(Kind kind) => kind switch
    {
        Kind.Arbitrage => "arbitrage:"u8,
        Kind.Attempt => "attempt:"u8,
        Kind.Bundle => "bundle:"u8,
        Kind.Jit => "jit:"u8,
        Kind.Liquidation => "liquidation:"u8,
        Kind.RoundTrip => "round_trip:"u8,
        _ => "sandwich:"u8,
    };

    /// <summary>How many places follow the signature: none, two, or three.</summary>
    private static int PlacesOf(Kind kind) => kind switch
    {
        Kind.Jit or Kind.Liquidation => 2,
        Kind.RoundTrip or Kind.Sandwich => 3,
        _ => 0,
    };

    /// <summary>Reads a separator and a number off the front; false where the number would be written differently.</summary>
    private static bool TryPlace(ref ReadOnlySpan<byte> rest, char separator, out int place)
    {
        place = 0;
        if (rest.IsEmpty || rest[0] != separator) { return false; }
        var digits = rest[1..];
        var end = digits.IndexOf((byte)'.');
        if (end >= 0) { digits = digits[..end]; }
        Span<byte> again = stackalloc byte[MaxPlace];
        if (!int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out place)
            || !digits.SequenceEqual(again[..WritePlace(again, place)])) { return false; }
        rest = rest[(1 + digits.Length)..];
        return true;
    }

    private static int WritePlace(Span<byte> destination, int place)
    {
        place.TryFormat(destination, out var written, provider: CultureInfo.InvariantCulture);
        return written;
    }

    private int FormatKind(Span<byte> destination)
    {
        var name = NameOf(_kind);
        name.CopyTo(destination);
        return name.Length;
    }

    private int FormatPlaces(Span<byte> destination, int length)
    {
        var places = PlacesOf(_kind);
        if (places == 0) { return length; }
        destination[length++] = (byte)':';
        length += WritePlace(destination[length..], _ixIndex);
        destination[length++] = (byte)'.';
        length += WritePlace(destination[length..], _innerIxIndex);
        if (places == 2) { return length; }
        destination[length++] = (byte)'.';
        return length + WritePlace(destination[length..], _legIndex);
    }
}
