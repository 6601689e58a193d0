using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sluice.Ingest.Blocks.Json;

/// <summary>Finds the end of a JSON object or array without reading what is in it.</summary>
/// <remarks>
/// Steps, 64 bytes at a time:
/// 1. one bit per byte for quotes, backslashes, opening and closing brackets;
/// 2. quotes behind an odd run of backslashes are dropped;
/// 3. a running exclusive-or of the quotes marks what lies inside strings; brackets there are dropped;
/// 4. when a block closes fewer brackets than are open, only counts are added; otherwise the block is walked bracket by bracket.
/// Square brackets are also counted by themselves, so that "[}" does not pass. Numbers, literals, commas and colons are not looked at.
/// </remarks>
internal static class StructuralSkip
{
    /// <summary>Position behind the bracket that closes the one at <paramref name="start"/>, or -1 where there is none.</summary>
    public static int FindEnd(ReadOnlySpan<byte> json, int start)
    {
        ref var origin = ref MemoryMarshal.GetReference(json);
        var depth = 0;
        var squares = 0;
        ulong inString = 0; // all ones while a string reaches over from the block before
        ulong escapeCarry = 0; // 1 when the block before ended with a backslash that escapes
        var at = start;
        for (; at <= json.Length - ByteBlock.Size; at += ByteBlock.Size)
        {
            var block = new ByteBlock(ref origin, at);
            var end = Step(block, ref depth, ref squares, ref inString, ref escapeCarry);
            if (end >= 0) { return squares == 0 ? at + end : -1; }
        }

        if (at >= json.Length) { return -1; }

        Span<byte> tail = stackalloc byte[ByteBlock.Size];
        tail.Clear();
        json[at..].CopyTo(tail);
        var last = Step(new ByteBlock(ref MemoryMarshal.GetReference(tail), 0), ref depth, ref squares, ref inString, ref escapeCarry);
        return last >= 0 && squares == 0 ? at + last : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Step(in ByteBlock block, ref int depth, ref int squares, ref ulong inString, ref ulong escapeCarry)
    {
        var quotes = block.Matches((byte)'"');
        var backslashes = block.Matches((byte)'\\');
        if ((backslashes | escapeCarry) != 0) { quotes &= ~Escaped(backslashes, ref escapeCarry); }

        var strings = PrefixXor(quotes) ^ inString;
        inString = (ulong)((long)strings >> 63);

        var lowered = block.Lowered;
        var opens = lowered.Matches((byte)'{') & ~strings;
        var closes = lowered.Matches((byte)'}') & ~strings;
        var squareOpens = block.Matches((byte)'[') & ~strings;
        var squareCloses = block.Matches((byte)']') & ~strings;

        var closing = BitOperations.PopCount(closes);
        if (closing < depth)
        {
            depth += BitOperations.PopCount(opens) - closing;
            squares += BitOperations.PopCount(squareOpens) - BitOperations.PopCount(squareCloses);
            return -1;
        }

        for (var marks = opens | closes; marks != 0; marks &= marks - 1)
        {
            var bit = marks & (~marks + 1);
            depth += (opens & bit) != 0 ? 1 : -1;
            if (depth == 0)
            {
                var upTo = bit | (bit - 1);
                squares += BitOperations.PopCount(squareOpens & upTo) - BitOperations.PopCount(squareCloses & upTo);
                return BitOperations.TrailingZeroCount(bit) + 1;
            }
        }

        squares += BitOperations.PopCount(squareOpens) - BitOperations.PopCount(squareCloses);
        return -1;
    }

    /// <summary>Bits of the characters that a backslash before them escapes.</summary>
    /// <remarks>
    /// A run of backslashes escapes what follows it when its length is odd. Adding the first bits of runs to the runs carries a
    /// one to the position behind each; comparing its parity with the start's parity tells odd from even.
    /// </remarks>
    private static ulong Escaped(ulong backslashes, ref ulong carry)
    {
        const ulong EvenBits = 0x5555_5555_5555_5555;
        backslashes &= ~carry; // an escaped backslash escapes nothing
        var followsEscape = (backslashes << 1) | carry;
        var oddStarts = backslashes & ~EvenBits & ~followsEscape;
        var sum = oddStarts + backslashes;
        carry = sum < backslashes ? 1UL : 0UL;
        return (EvenBits ^ (sum << 1)) & followsEscape;
    }

    /// <summary>Bit i is the exclusive-or of bits 0 to i: ones from an opening quote up to the closing one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PrefixXor(ulong bits)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }

        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }
}
