using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sluice.Ingest.Blocks.Json;

/// <summary>Why a number could not be taken.</summary>
internal enum NumberFault : byte
{
    None,
    NotANumber,
    Negative,
    NotAnInteger,
    OutOfRange,
}

/// <summary>Walks JSON forward, one value at a time, and steps over what is not wanted.</summary>
/// <remarks>
/// Nothing here throws. The first thing that is not what was asked for sets <see cref="Failed"/>, from then on every call
/// answers false; <see cref="Position"/> then is where it happened. What is skipped is checked for brackets and quotes only.
/// It stands in for Utf8JsonReader on the hot path, which reads every token: about 0.8 GB/s on getBlock replies.
/// </remarks>
internal ref struct JsonCursor
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly JsonScratch _scratch;
    private int _at;
    private bool _afterValue; // a comma or the container's end must follow

    /// <param name="json">One document.</param>
    /// <param name="scratch">Room for strings that have to be unescaped.</param>
    public JsonCursor(ReadOnlySpan<byte> json, JsonScratch scratch)
    {
        _json = json;
        _scratch = scratch;
    }

    /// <summary>Byte offset of what comes next.</summary>
    public readonly int Position => _at;

    /// <summary>True after the first thing that was not what was asked for.</summary>
    public bool Failed { get; private set; }

    /// <summary>The document.</summary>
    public readonly ReadOnlySpan<byte> Json => _json;

    /// <summary>Goes back or ahead to where a value starts and forgets a failure.</summary>
    public void MoveTo(int position)
    {
        _at = position;
        _afterValue = false;
        Failed = false;
    }

    /// <summary>Continues behind a value that was read through another position.</summary>
    public void MoveBehindValue(int position)
    {
        _at = position;
        _afterValue = true;
        Failed = false;
    }

    /// <summary>First byte of the next value, or 0 at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Peek()
    {
        SkipWhitespace();
        return (uint)_at < (uint)_json.Length ? _json[_at] : (byte)0;
    }

    /// <summary>True when only white space is left.</summary>
    public bool AtEnd()
    {
        SkipWhitespace();
        return _at >= _json.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool EnterObject() => Enter((byte)'{');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool EnterArray() => Enter((byte)'[');

    /// <summary>Moves to the next property's value; false at the object's end, which is then consumed.</summary>
    /// <param name="name">The name, valid until the next string is read.</param>
    public bool NextProperty(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (Failed) { return false; }
        var next = Peek();
        if (_afterValue)
        {
            if (next == ',')
            {
                _at++;
                next = Peek();
            }
            else if (next == '}')
            {
                _at++;
                return false;
            }
            else
            {
                return Fail();
            }
        }
        else if (next == '}')
        {
            _at++;
            _afterValue = true;
            return false;
        }

        if (next != '"' || !TryReadString(out name)) { return Fail(); }
        _afterValue = false;
        if (Peek() != ':') { return Fail(); }
        _at++;
        return true;
    }

    /// <summary>Moves to the next element; false at the array's end, which is then consumed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextElement()
    {
        if (Failed) { return false; }
        var next = Peek();
        if (_afterValue)
        {
            if (next == ',')
            {
                _at++;
                _afterValue = false;
                return Peek() is not ((byte)']' or 0) || Fail();
            }

            if (next != ']') { return Fail(); }
            _at++;
            return false;
        }

        if (next == ']')
        {
            _at++;
            _afterValue = true;
            return false;
        }

        return true;
    }

    /// <summary>Takes <c>null</c> where it stands there; otherwise nothing moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadNull() => Peek() == 'n' && TakeLiteral("null"u8);

    /// <summary>Reads a string. The span lies in the document, or in the scratch buffer when the string had escapes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadString(out ReadOnlySpan<byte> text)
    {
        if (!TryReadString(out var start, out var length, out var escaped))
        {
            text = default;
            return false;
        }

        text = _json.Slice(start, length);
        return !escaped || _scratch.TryUnescape(text, out text) || Fail();
    }

    /// <summary>Finds a string's extent between its quotes.</summary>
    public bool TryReadString(out int start, out int length, out bool escaped)
    {
        start = length = 0;
        escaped = false;
        if (Failed || Peek() != '"') { return Fail(); }
        start = _at + 1;
        var end = start;
        while (true)
        {
            end = FindQuoteOrBackslash(end);
            if (end < 0)
            {
                _at = _json.Length;
                return Fail();
            }

            if (_json[end] == '"') { break; }
            escaped = true;
            end += 2;
        }

        length = end - start;
        _at = end + 1;
        _afterValue = true;
        return true;
    }

    /// <summary>Reads an integer from 0 to 2^64-1.</summary>
    public bool TryReadUInt64(out ulong value, out NumberFault fault)
    {
        value = 0;
        var first = Peek();
        if (Failed || !IsDigit(first))
        {
            fault = first == '-' ? NumberFault.Negative : NumberFault.NotANumber;
            return Fail();
        }

        var json = _json;
        var at = _at;
        var start = at;
        ulong number = 0;
        while ((uint)at < (uint)json.Length)
        {
            var digit = (uint)json[at] - '0';
            if (digit > 9) { break; }
            number = (number * 10) + digit;
            at++;
        }

        fault = NumberFault.None;
        var length = at - start;
        if (length >= 20 && !FitsUInt64(json.Slice(start, length))) { fault = NumberFault.OutOfRange; }
        else if (length > 1 && first == '0') { fault = NumberFault.NotANumber; }
        else if ((uint)at < (uint)json.Length && json[at] is (byte)'.' or (byte)'e' or (byte)'E') { fault = NumberFault.NotAnInteger; }
        if (fault != NumberFault.None) { return Fail(); }

        value = number;
        _at = at;
        _afterValue = true;
        return true;
    }

    /// <summary>Reads an integer from -2^63 to 2^63-1.</summary>
    public bool TryReadInt64(out long value, out NumberFault fault)
    {
        value = 0;
        var negative = Peek() == '-';
        var start = _at;
        if (negative) { _at++; }
        if (!TryReadUInt64(out var magnitude, out fault)) { return false; }
        if (magnitude > (negative ? 1UL << 63 : long.MaxValue))
        {
            fault = NumberFault.OutOfRange;
            _at = start;
            return Fail();
        }

        value = negative ? -(long)magnitude : (long)magnitude;
        return true;
    }

    /// <summary>Steps over one value of any kind.</summary>
    public bool SkipValue()
    {
        var next = Peek();
        if (Failed) { return false; }
        switch (next)
        {
            case (byte)'{' or (byte)'[':
                var end = StructuralSkip.FindEnd(_json, _at);
                if (end < 0)
                {
                    _at = _json.Length;
                    return Fail();
                }

                _at = end;
                break;
            case (byte)'"':
                return TryReadString(out _, out _, out _);
            case (byte)'n':
                return TakeLiteral("null"u8);
            case (byte)'t':
                return TakeLiteral("true"u8);
            case (byte)'f':
                return TakeLiteral("false"u8);
            default:
                if (next != '-' && !IsDigit(next)) { return Fail(); }
                _at++;
                while ((uint)_at < (uint)_json.Length && IsNumberByte(_json[_at])) { _at++; }
                break;
        }

        _afterValue = true;
        return true;
    }

    /// <summary>Fails because of what was read here; always false.</summary>
    public bool Reject() => Fail();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Fail()
    {
        Failed = true;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Enter(byte bracket)
    {
        if (Peek() != bracket || Failed) { return Fail(); }
        _at++;
        _afterValue = false;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipWhitespace()
    {
        var at = _at;
        if ((uint)at < (uint)_json.Length && _json[at] <= ' ') { SkipWhitespaceSlowly(); }
    }

    private void SkipWhitespaceSlowly()
    {
        while ((uint)_at < (uint)_json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') { _at++; }
    }

    private bool TakeLiteral(ReadOnlySpan<byte> literal)
    {
        if (Failed || !_json[_at..].StartsWith(literal)) { return Fail(); }
        _at += literal.Length;
        _afterValue = true;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int FindQuoteOrBackslash(int from)
    {
        if (from <= _json.Length - ByteBlock.Size)
        {
            var block = new ByteBlock(ref MemoryMarshal.GetReference(_json), from);
            var marks = block.Matches((byte)'"') | block.Matches((byte)'\\');
            if (marks != 0) { return from + BitOperations.TrailingZeroCount(marks); }
            from += ByteBlock.Size;
        }

        if (from >= _json.Length) { return -1; }
        var found = _json[from..].IndexOfAny((byte)'"', (byte)'\\');
        return found < 0 ? -1 : from + found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    private static bool IsNumberByte(byte value) => IsDigit(value) || value is (byte)'.' or (byte)'e' or (byte)'E' or (byte)'+' or (byte)'-';

    private static bool FitsUInt64(ReadOnlySpan<byte> digits) =>
        digits.Length == 20 && digits.SequenceCompareTo("18446744073709551615"u8) <= 0;
}
