namespace Sluice.Ingest.Blocks;

/// <summary>What became of a document.</summary>
public enum ReadStatus : byte
{
    /// <summary>The block is filled. It may still hold <see cref="Decoding.Model.RawBlock.Rejections"/>.</summary>
    Read,

    /// <summary>The reply says that the slot has no block. Not an error of the input.</summary>
    SkippedSlot,

    /// <summary>No bytes, or white space only.</summary>
    Empty,

    /// <summary>The first byte cannot start a JSON document.</summary>
    NotJson,

    /// <summary>The document ends before its brackets are closed.</summary>
    TruncatedJson,

    /// <summary>JSON syntax is violated; <see cref="ReadResult.Offset"/> says where.</summary>
    InvalidJson,

    /// <summary>A JSON-RPC error object.</summary>
    RpcError,

    /// <summary>Neither the document nor the caller says which slot it is.</summary>
    SlotUnknown,

    /// <summary>The slot that the caller gave cannot be right, given the parent's slot.</summary>
    SlotMismatch,

    /// <summary>A block that was requested without its transactions.</summary>
    NoTransactions,

    /// <summary>JSON of another kind, or a field of the block has another type than getBlock gives it.</summary>
    NotABlock,

    /// <summary>An archive frame that is damaged, or of a version that this program does not know.</summary>
    BadArchive,

    /// <summary>A path that names nothing, or a folder or pattern without blocks.</summary>
    NothingFound,

    /// <summary>A file that cannot be opened or read to its end.</summary>
    Unreadable,

    /// <summary>A document beyond what is taken into memory at once.</summary>
    TooLarge,
}

/// <summary>Outcome of reading a document, with what a person needs to know where it is not a block.</summary>
/// <param name="Status">Outcome.</param>
/// <param name="Message">One line for a person, without the name of the source; empty for <see cref="ReadStatus.Read"/>.</param>
/// <param name="Offset">Byte offset in the document where known, otherwise -1.</param>
public readonly record struct ReadResult(ReadStatus Status, string Message = "", long Offset = -1)
{
    /// <summary>True when the block was filled.</summary>
    public bool IsRead => Status == ReadStatus.Read;

    /// <summary>The status as machine-readable text, for counters and dead letters.</summary>
    public string Reason => Status switch
    {
        ReadStatus.Read => "read",
        ReadStatus.SkippedSlot => "skipped-slot",
        ReadStatus.Empty => "empty",
        ReadStatus.NotJson => "not-json",
        ReadStatus.TruncatedJson => "truncated-json",
        ReadStatus.InvalidJson => "invalid-json",
        ReadStatus.RpcError => "rpc-error",
        ReadStatus.SlotUnknown => "slot-unknown",
        ReadStatus.SlotMismatch => "slot-mismatch",
        ReadStatus.NoTransactions => "no-transactions",
        ReadStatus.BadArchive => "bad-archive",
        ReadStatus.NothingFound => "nothing-found",
        ReadStatus.Unreadable => "unreadable",
        ReadStatus.TooLarge => "too-large",
        _ => "not-a-block",
    };
}
