using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.Schemas.Chain;

/// <summary>A transaction's first signature, which is its id: 64 bytes, shown as base58.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Signature : IEquatable<Signature>, IComparable<Signature>
{
    /// <summary>Bytes of a signature.</summary>
    public const int Size = 64;

    private readonly Pubkey _low;
    private readonly Pubkey _high;

    /// <summary>Copies 64 bytes.</summary>
    public Signature(ReadOnlySpan<byte> bytes) => this = MemoryMarshal.Read<Signature>(bytes);

    /// <summary>The 64 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Signature>(in this));

    /// <summary>Reads base58 text of 64 to 88 characters.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Signature signature)
    {
        Unsafe.SkipInit(out signature);
        if (Base58.TryDecode64(text, MemoryMarshal.AsBytes(new Span<Signature>(ref signature)))) { return true; }
        signature = default;
        return false;
    }

    /// <summary>Reads base58 text of 64 to 88 characters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Signature signature)
    {
        signature = default;
        Span<byte> utf8 = stackalloc byte[Base58.MaxChars64];
        return text is { Length: <= Base58.MaxChars64 }
            && Encoding.UTF8.TryGetBytes(text, utf8, out var n) && TryParse(utf8[..n], out signature);
    }

    /// <summary>Reads base58 text; throws <see cref="FormatException"/> where it is none.</summary>
    public static Signature Parse(string text)
    {
        if (!TryParse(text, out Signature signature)) { Base58.ThrowNotBase58("64-byte signature", text); }
        return signature;
    }

    /// <summary>Writes base58 text (at most 88 bytes) and returns its length.</summary>
    public int Format(Span<byte> destination) => Base58.Encode(Bytes, destination);

    public bool Equals(Signature other) => _low == other._low && _high == other._high;

    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    public override int GetHashCode() => _low.GetHashCode();

    public int CompareTo(Signature other) => Bytes.SequenceCompareTo(other.Bytes);

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[Base58.MaxChars64];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    public static bool operator ==(in Signature left, in Signature right) => left._low == right._low && left._high == right._high;

    public static bool operator !=(in Signature left, in Signature right) => !(left == right);
}
