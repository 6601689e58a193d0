using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Blocks;

/// <summary>Where a document comes from.</summary>
/// <param name="Source">File or endpoint, for messages.</param>
/// <param name="SlotHint">Slot that the source knows, such as from the file's name. A slot inside the document counts more.</param>
public readonly record struct DocumentOrigin(string Source, ulong? SlotHint = null);

/// <summary>Turns one JSON document into a <see cref="RawBlock"/>.</summary>
/// <remarks>
/// Takes getBlock replies in encodings json, jsonParsed, base64 and base58, with or without the JSON-RPC envelope or a
/// <c>{"slot","block"}</c> wrapper, and getTransaction replies: one, or several of one slot after another, which give a partial block.
/// Fields may come in any order. Steps: walk the outer objects; take each transaction with its message first and its meta second; what is
/// not needed is stepped over by brackets. A transaction that cannot be taken is left out and counted in
/// <see cref="RawBlock.Rejections"/>; when the document itself is at fault, the result says so and where. No bytes make it throw.
/// One thread at a time. Steady reading allocates nothing.
/// </remarks>
public sealed class BlockReader
{
    private readonly KeyTexts _texts = new();
    private readonly JsonScratch _scratch = new();
    private readonly ReplyReader _reply;

    public BlockReader() => _reply = new ReplyReader(_texts);

    /// <summary>Reads the document into <paramref name="block"/>, which is emptied first.</summary>
    public ReadResult Read(ReadOnlySpan<byte> document, in DocumentOrigin origin, RawBlock block)
    {
        block.Reset();
        block.Source = origin.Source;
        _texts.Clear();
        var mark = document.StartsWith("\uFEFF"u8) ? 3 : 0;
        var result = Read(document[mark..], origin.SlotHint, block);
        foreach (ref var place in block.RejectedPlaces.Span) { place = place with { Offset = place.Offset + mark }; }
        return result.Offset < 0 ? result : result with { Offset = result.Offset + mark };
    }

    private ReadResult Read(ReadOnlySpan<byte> json, ulong? slotHint, RawBlock block)
    {
        var c = new JsonCursor(json, _scratch);
        if (c.AtEnd()) { return new ReadResult(ReadStatus.Empty, "there is nothing in it", 0); }
        if (c.Peek() is not ((byte)'{' or (byte)'['))
        {
            return new ReadResult(ReadStatus.NotJson, "it is not JSON; a getBlock or getTransaction reply was expected", c.Position);
        }

        while (true)
        {
            var start = c.Position;
            var result = _reply.Read(ref c, slotHint, block);
            if (c.Failed) { return Diagnose(json, start, c.Position); }
            if (!result.IsRead || c.AtEnd()) { return result; }
            if (!block.IsPartial || c.Peek() != '{')
            {
                return new ReadResult(ReadStatus.InvalidJson, "something follows the block; several blocks go one a line", c.Position);
            }
        }
    }

    private static ReadResult Diagnose(ReadOnlySpan<byte> json, int start, int position)
    {
        var status = JsonDiagnosis.Judge(json[start..], out var offset);
        return status switch
        {
            ReadStatus.TruncatedJson => new ReadResult(status, "the JSON ends too early; fetch it again", start + offset),
            ReadStatus.InvalidJson => new ReadResult(status, $"the JSON is not valid at byte {start + offset}", start + offset),
            _ => new ReadResult(ReadStatus.NotABlock, $"a field has another type than getBlock gives it, at byte {position}", position),
        };
    }
}
