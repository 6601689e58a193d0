using System.Buffers.Binary;

namespace Sluice.Lab.Chain;

/// <summary>Instruction data and log lines.</summary>
internal sealed partial class TransactionBuilder
{
    /// <summary>Bytes of log text after which a node writes "Log truncated" and nothing more.</summary>
    private const int MaxLogBytes = 10_000;

    private readonly byte[] _returned = new byte[64];
    private int _returnedCount;
    private int _logBytes;
    private bool _logFull;

    public TransactionBuilder U8(byte value)
    {
        Room(1)[0] = value;
        return Written(1);
    }

    public TransactionBuilder U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);
        return Written(2);
    }

    public TransactionBuilder U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);
        return Written(4);
    }

    public TransactionBuilder U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);
        return Written(8);
    }

    public TransactionBuilder U128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(Room(16), value);
        return Written(16);
    }

    public TransactionBuilder Bool(bool value) => U8(value ? (byte)1 : (byte)0);

    public TransactionBuilder KeyOf(int account) => Bytes(_accounts[account].Key.Bytes);

    /// <summary>Eight bytes given as they stand in the data, first byte first.</summary>
    public TransactionBuilder Tag(ulong discriminator)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Room(8), discriminator);
        return Written(8);
    }

    public TransactionBuilder Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        return Written(bytes.Length);
    }

    /// <summary>Writes "Program log: " and the text.</summary>
    public void Log(ReadOnlySpan<byte> text)
    {
        if (!StartLine(13 + text.Length)) { return; }
        Logs.Raw("Program log: "u8);
        Logs.Raw(text);
        Logs.Byte((byte)'"');
    }

    /// <summary>Writes the line by which Anchor programs report an error.</summary>
    public void LogAnchorError(ReadOnlySpan<byte> name, ulong number, ReadOnlySpan<byte> message)
    {
        if (!StartLine(80 + name.Length + message.Length)) { return; }
        Logs.Raw("Program log: AnchorError occurred. Error Code: "u8);
        Logs.Raw(name);
        Logs.Raw(". Error Number: "u8);
        Logs.Number(number);
        Logs.Raw(". Error Message: "u8);
        Logs.Raw(message);
        Logs.Raw(".\""u8);
    }

    /// <summary>Writes a "Program log: " line that ends in a number.</summary>
    public void Log(ReadOnlySpan<byte> text, ulong number)
    {
        if (!StartLine(13 + text.Length + 20)) { return; }
        Logs.Raw("Program log: "u8);
        Logs.Raw(text);
        Logs.Number(number);
        Logs.Byte((byte)'"');
    }

    /// <summary>
    /// Writes a log line with bytes as base64: <c>Program data: </c> of Anchor events, <c>Program log: ray_log: </c>.
    /// </summary>
    public void LogBytes(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> bytes)
    {
        if (!StartLine(prefix.Length + ((bytes.Length + 2) / 3 * 4))) { return; }
        Logs.Raw(prefix);
        Logs.Base64(bytes);
        Logs.Byte((byte)'"');
    }

    /// <summary>Data that the innermost open instruction returns to its caller, logged when it closes.</summary>
    public void Return(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_returned);
        _returnedCount = bytes.Length;
    }

    /// <summary>A number that the innermost open instruction returns.</summary>
    public void Return(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_returned, value);
        _returnedCount = 8;
    }

    private void LogReturn(int program)
    {
        var name = _accounts[program].TextUtf8;
        if (!StartLine(17 + name.Length + ((_returnedCount + 2) / 3 * 4))) { return; }
        Logs.Raw("Program return: "u8);
        Logs.Raw(name);
        Logs.Byte((byte)' ');
        Logs.Base64(ReturnData);
        Logs.Byte((byte)'"');
    }

    private void LogInvoke(int program, int height)
    {
        var name = _accounts[program].TextUtf8;
        if (!StartLine(19 + name.Length)) { return; }
        Logs.Raw("Program "u8);
        Logs.Raw(name);
        Logs.Raw(" invoke ["u8);
        Logs.Number((ulong)height);
        Logs.Raw("]\""u8);
    }

    private void LogConsumed(int program, ulong units, ulong of)
    {
        var name = _accounts[program].TextUtf8;
        if (!StartLine(50 + name.Length)) { return; }
        Logs.Raw("Program "u8);
        Logs.Raw(name);
        Logs.Raw(" consumed "u8);
        Logs.Number(units);
        Logs.Raw(" of "u8);
        Logs.Number(of);
        Logs.Raw(" compute units\""u8);
    }

    private void LogSuccess(int program)
    {
        var name = _accounts[program].TextUtf8;
        if (!StartLine(16 + name.Length)) { return; }
        Logs.Raw("Program "u8);
        Logs.Raw(name);
        Logs.Raw(" success\""u8);
    }

    private void LogFailed(int program, uint code)
    {
        var name = _accounts[program].TextUtf8;
        if (!StartLine(54 + name.Length)) { return; }
        Logs.Raw("Program "u8);
        Logs.Raw(name);
        if (RanOutOfUnits)
        {
            Logs.Raw(" failed: exceeded CUs meter at BPF instruction\""u8);
            return;
        }

        Span<byte> hex = stackalloc byte[8];
        System.Buffers.Text.Utf8Formatter.TryFormat(code, hex, out var length, new('x'));
        Logs.Raw(" failed: custom program error: 0x"u8);
        Logs.Raw(hex[..length]);
        Logs.Byte((byte)'"');
    }

    private bool StartLine(int bytes)
    {
        if (_logFull) { return false; }
        if (Logs.Length > 0) { Logs.Byte((byte)','); }
        _logBytes += bytes;
        _logFull = _logBytes > MaxLogBytes;
        Logs.Raw(_logFull ? "\"Log truncated\""u8 : "\""u8);
        return !_logFull;
    }

    private Span<byte> Room(int count)
    {
        if (_data.Length - _dataCount < count) { Array.Resize(ref _data, (_data.Length * 2) + count); }
        return _data.AsSpan(_dataCount);
    }

    private TransactionBuilder Written(int count)
    {
        _dataCount += count;
        Current.ByteCount += count;
        return this;
    }
}
