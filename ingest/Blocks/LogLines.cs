using System.Buffers;
using System.Buffers.Text;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Blocks;

/// <summary>Takes events out of a transaction's log: what programs wrote with <c>Program data:</c> and Raydium's <c>ray_log:</c>.</summary>
/// <remarks>
/// The lines <c>Program X invoke [n]</c>, <c>Program X success</c> and <c>Program X failed</c> say which invocation writes. A log is cut at
/// about 10 KB with the line "Log truncated"; what would have followed is not there, so reading stops. Programs may print lines
/// that look like these; they carry the prefix <c>Program log: </c> and are told apart by it.
/// </remarks>
internal sealed class LogLines
{
    private const int MaxDepth = 64;

    private readonly int[] _stack = new int[MaxDepth]; // entry in _invocations
    private readonly ValueList<Invocation> _invocations = new(32);
    private readonly ValueList<(int Program, int Count)> _programs = new(16);
    private int _depth;

    /// <summary>Begin of the lines that are looked at.</summary>
    public static ReadOnlySpan<byte> Prefix => "Program "u8;

    /// <summary>A quick look at the whole log, with whatever stands between its lines.</summary>
    public static bool MayHaveEvents(ReadOnlySpan<byte> log) => log.IndexOf("Program data: "u8) >= 0 || log.IndexOf(" ray_log: "u8) >= 0;

    /// <summary>Begins a transaction's log.</summary>
    public void Start(TransactionDraft draft)
    {
        _depth = 0;
        _invocations.Clear();
        _programs.Clear();
        draft.Tx.LogEventStart = draft.Block.LogEvents.Count;
    }

    /// <summary>Ends it.</summary>
    public static void Finish(TransactionDraft draft) => draft.Tx.LogEventCount = draft.Block.LogEvents.Count - draft.Tx.LogEventStart;

    /// <summary>Takes one line; false when it says that the log ends here.</summary>
    /// <param name="document">Where the line lies, when <paramref name="start"/> says where in it.</param>
    /// <param name="line">The line.</param>
    /// <param name="start">Where the line begins in the document; -1 for a line that lies elsewhere.</param>
    public bool Take(TransactionDraft draft, ReadOnlySpan<byte> document, ReadOnlySpan<byte> line, int start)
    {
        if (!line.StartsWith(Prefix)) { return !line.SequenceEqual("Log truncated"u8); }
        var rest = line[Prefix.Length..];
        if (rest.StartsWith("log: "u8))
        {
            if (rest.StartsWith("log: ray_log: "u8)) { TakeEvent(draft, rest["log: ray_log: ".Length..], isRayLog: true); }
            return true;
        }

        if (rest.StartsWith("data: "u8))
        {
            TakeEvent(draft, rest["data: ".Length..], isRayLog: false);
            return true;
        }

        var space = rest.IndexOf((byte)' ');
        if (space < 32) { return true; }
        var verb = rest[(space + 1)..];
        if (verb.StartsWith("invoke ["u8))
        {
            var key = start >= 0 ? draft.KeyAt(document, start + Prefix.Length, space) : draft.KeyOf(rest[..space]);
            Enter(key, verb["invoke [".Length..]);
        }
        else if (_depth > 0 && (verb.StartsWith("success"u8) || verb.StartsWith("failed"u8)))
        {
            _depth--;
        }

        return true;
    }

    private void Enter(int program, ReadOnlySpan<byte> height)
    {
        // The height in the line repairs the stack where a line is missing.
        if (program < 0 || !Utf8Parser.TryParse(height, out int depth, out _) || depth is < 1 or > MaxDepth) { return; }
        _depth = Math.Min(depth, _depth + 1);
        _stack[_depth - 1] = _invocations.Count;
        _invocations.Add(new Invocation(program, CountUp(program)));
    }

    private int CountUp(int program)
    {
        foreach (ref var known in _programs.Span)
        {
            if (known.Program == program) { return ++known.Count; }
        }

        _programs.Add((program, 0));
        return 0;
    }

    private void TakeEvent(TransactionDraft draft, ReadOnlySpan<byte> text, bool isRayLog)
    {
        if (_depth == 0) { return; }
        var data = draft.Block.Data;
        var start = data.Count;
        while (!text.IsEmpty)
        {
            // Data written in several pieces stands as several base64 texts.
            var space = text.IndexOf((byte)' ');
            var piece = space < 0 ? text : text[..space];
            text = space < 0 ? default : text[(space + 1)..];
            var at = data.Count;
            var room = data.Reserve(Base64.GetMaxDecodedFromUtf8Length(piece.Length));
            if (Base64.DecodeFromUtf8(piece, room, out _, out var written) != OperationStatus.Done)
            {
                data.Truncate(start);
                draft.Note(RejectReasons.BadLogEvent);
                return;
            }

            data.Truncate(at + written);
        }

        ref readonly var writer = ref _invocations[_stack[_depth - 1]];
        draft.Block.LogEvents.Add(new RawLogEvent
        {
            Program = writer.Program,
            Invocation = writer.Ordinal,
            IsRayLog = isRayLog,
            DataStart = start,
            DataLength = data.Count - start,
        });
    }

    private readonly record struct Invocation(int Program, int Ordinal);
}
