namespace Sluice.Schemas.Avro;

/// <summary>What became of reading Avro bytes.</summary>
public enum AvroStatus
{
    /// <summary>Read, and every byte used.</summary>
    Ok,

    /// <summary>The bytes end inside a value, or a length reaches beyond them.</summary>
    Truncated,

    /// <summary>A varint of more than ten bytes or 64 bits, or an int beyond 32 bits.</summary>
    BadNumber,

    /// <summary>A boolean that is neither 0 nor 1.</summary>
    BadBoolean,

    /// <summary>A string that is no UTF-8.</summary>
    BadText,

    /// <summary>A key or signature that is no base58 of its size.</summary>
    BadKey,

    /// <summary>A decimal without bytes, or beyond its C# type.</summary>
    BadDecimal,

    /// <summary>A union branch or enum symbol that the schema lacks.</summary>
    BadIndex,

    /// <summary>A negative length, or an array block whose size is not that of its items.</summary>
    BadLength,

    /// <summary>Bytes are left after the record.</summary>
    TrailingBytes,

    /// <summary>Not the framing that was asked for: other magic bytes, or too short for them.</summary>
    BadFraming,

    /// <summary>Written with another schema than the reader's.</summary>
    OtherSchema,

    /// <summary>A container file's block that does not inflate, or grows beyond the limit.</summary>
    BadCompression,

    /// <summary>An enum symbol of the writer's that the reader's enum lacks, and it has no default.</summary>
    NoReaderSymbol,

    /// <summary>A value of a union's branch that cannot become a value of the reader's type.</summary>
    NoReaderBranch,

    /// <summary>What the bytes become in the reader's schema is beyond <see cref="AvroTranscoder.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>Records within records beyond <see cref="AvroTranscoder.MaxDepth"/>.</summary>
    TooDeep,
}

/// <summary>What became of reading, and where: the offset of the value that failed, and its field as a path.</summary>
/// <param name="Status">Outcome.</param>
/// <param name="Offset">Byte offset of the failed value in what was given, or the bytes used.</param>
/// <param name="Field">Such as <c>transactions.swaps.pool</c>; null when all went well or no field was reached.</param>
public readonly record struct AvroResult(AvroStatus Status, int Offset, string? Field = null)
{
    public bool IsOk => Status == AvroStatus.Ok;

    public override string ToString() => IsOk ? $"ok, {Offset} bytes" : $"{Status} at byte {Offset}{(Field is null ? "" : $" in {Field}")}";
}
