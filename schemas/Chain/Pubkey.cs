using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Sluice.Schemas.Chain;

/// <summary>An account's address, a mint's, a program's, or a block hash: 32 bytes, shown as base58.</summary>
/// <remarks>Four <c>ulong</c> in memory order, so that it is a cheap dictionary key. The default value is the System program.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Pubkey : IEquatable<Pubkey>, IComparable<Pubkey>
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Copies 32 bytes.</summary>
    public Pubkey(ReadOnlySpan<byte> bytes) => this = MemoryMarshal.Read<Pubkey>(bytes);

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Pubkey>(in this));

    /// <summary>Reads base58 text of 32 to 44 characters.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Pubkey key)
    {
        Unsafe.SkipInit(out key);
        if (Base58.TryDecode32(text, MemoryMarshal.AsBytes(new Span<Pubkey>(ref key)))) { return true; }
        key = default;
        return false;
    }

    /// <summary>Reads base58 text of 32 to 44 characters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Pubkey key)
    {
        key = default;
        Span<byte> utf8 = stackalloc byte[Base58.MaxChars32];
        return text is { Length: <= Base58.MaxChars32 } && Encoding.UTF8.TryGetBytes(text, utf8, out var n) && TryParse(utf8[..n], out key);
    }

    /// <summary>Reads base58 text; throws <see cref="FormatException"/> where it is none.</summary>
    public static Pubkey Parse(string text)
    {
        if (!TryParse(text, out Pubkey key)) { Base58.ThrowNotBase58("32-byte key", text); }
        return key;
    }

    /// <summary>Writes base58 text (at most 44 bytes) and returns its length.</summary>
    public int Format(Span<byte> destination) => Base58.Encode(Bytes, destination);

    public bool Equals(Pubkey other) => AreEqual(in this, in other);

    public override bool Equals(object? obj) => obj is Pubkey other && Equals(other);

    /// <summary>A hash for tables in memory only; ids and partitions use <see cref="Bytes"/>.</summary>
    public override int GetHashCode()
    {
        // Most keys are random bytes; well-known ids share long runs, hence all four words and one multiplication.
        var mixed = (_a ^ ulong.RotateLeft(_b, 17) ^ ulong.RotateLeft(_c, 31) ^ ulong.RotateLeft(_d, 47)) * 0x9E3779B97F4A7C15UL;
        return (int)(mixed >> 32);
    }

    public int CompareTo(Pubkey other) => Bytes.SequenceCompareTo(other.Bytes);

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[Base58.MaxChars32];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    public static bool operator ==(in Pubkey left, in Pubkey right) => AreEqual(in left, in right);

    public static bool operator !=(in Pubkey left, in Pubkey right) => !AreEqual(in left, in right);

    /// <summary>Compares where they lie, 32 bytes at once: by value both are copied word by word first, and keys are compared more than anything else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreEqual(in Pubkey left, in Pubkey right) =>
        Vector256.LoadUnsafe(in Unsafe.As<Pubkey, byte>(ref Unsafe.AsRef(in left))) == Vector256.LoadUnsafe(in Unsafe.As<Pubkey, byte>(ref Unsafe.AsRef(in right)));
}
