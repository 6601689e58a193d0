using Sluice.Ingest.Blocks.Json;

namespace Sluice.Ingest.Live;

/// <summary>What a message of a node's WebSocket says.</summary>
internal enum NoticeKind
{
    /// <summary>Something else, which is passed over.</summary>
    Other,

    /// <summary>The chain has come to a slot.</summary>
    Slot,

    /// <summary>A block; of one that the node could not show, only the slot.</summary>
    Block,

    /// <summary>A subscription was accepted or refused.</summary>
    Answer,
}

/// <summary>A message, with the place of the block in it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Slot">Slot of a notice.</param>
/// <param name="Value">First byte of the notice's value, <c>{"slot","block","err"}</c>.</param>
/// <param name="Length">Bytes of it; 0 where there is no block.</param>
/// <param name="Request">Number of the request that is answered.</param>
/// <param name="IsRefused">Whether the answer is an error.</param>
internal readonly record struct WebSocketNotice(NoticeKind Kind, ulong Slot, int Value, int Length, ulong Request, bool IsRefused)
{
    /// <summary>Reads a message; one that is not whole, or not understood, is <see cref="NoticeKind.Other"/>.</summary>
    public static WebSocketNotice Read(ReadOnlySpan<byte> message, JsonScratch scratch)
    {
        var c = new JsonCursor(message, scratch);
        if (!c.EnterObject()) { return default; }
        var kind = NoticeKind.Other;
        var notice = default(WebSocketNotice);
        ulong? id = null;
        var isRefused = false;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("method"u8))
            {
                if (!c.TryReadString(out var method)) { return default; }
                if (method.SequenceEqual("slotNotification"u8)) { kind = NoticeKind.Slot; }
                if (method.SequenceEqual("blockNotification"u8)) { kind = NoticeKind.Block; }
            }
            else if (name.SequenceEqual("params"u8) && c.Peek() == '{')
            {
                if (!TryReadParams(ref c, ref notice)) { return default; }
            }
            else if (name.SequenceEqual("id"u8) && c.Peek() is >= (byte)'0' and <= (byte)'9')
            {
                if (!c.TryReadUInt64(out var number, out _)) { return default; }
                id = number;
            }
            else
            {
                isRefused |= name.SequenceEqual("error"u8);
                if (!c.SkipValue()) { return default; }
            }
        }

        if (c.Failed) { return default; }
        if (kind == NoticeKind.Other && id is { } request) { return new WebSocketNotice(NoticeKind.Answer, 0, 0, 0, request, isRefused); }
        return notice with { Kind = notice.Slot == 0 ? NoticeKind.Other : kind };
    }

    private static bool TryReadParams(ref JsonCursor c, ref WebSocketNotice notice)
    {
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("result"u8) && c.Peek() == '{')
            {
                if (!TryReadResult(ref c, ref notice)) { return false; }
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        return !c.Failed;
    }

    /// <summary>A slot's notice has the slot here, a block's notice has it in its value.</summary>
    private static bool TryReadResult(ref JsonCursor c, ref WebSocketNotice notice)
    {
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("slot"u8))
            {
                if (!c.TryReadUInt64(out var slot, out _)) { return false; }
                notice = notice with { Slot = slot };
            }
            else if (name.SequenceEqual("value"u8) && c.Peek() == '{')
            {
                var start = c.Position;
                if (!TryReadValue(ref c, ref notice, out var hasBlock)) { return false; }
                if (hasBlock) { notice = notice with { Value = start, Length = c.Position - start }; }
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        return !c.Failed;
    }

    private static bool TryReadValue(ref JsonCursor c, ref WebSocketNotice notice, out bool hasBlock)
    {
        hasBlock = false;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("slot"u8))
            {
                if (!c.TryReadUInt64(out var slot, out _)) { return false; }
                notice = notice with { Slot = slot };
                continue;
            }

            hasBlock |= name.SequenceEqual("block"u8) && c.Peek() == '{';
            if (!c.SkipValue()) { return false; }
        }

        return !c.Failed;
    }
}
