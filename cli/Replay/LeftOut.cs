using Sluice.Cli.Output;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Cli.Replay;

/// <summary>Keeps what could not be taken.</summary>
internal delegate void DeadLetterTaker(in DeadLetter letter);

/// <summary>What could not be taken: counted, named on standard error (the first few), kept as dead letters.</summary>
/// <param name="keep">Keeps a letter.</param>
/// <param name="where">Says, after a semicolon, where those are that no line was printed for.</param>
internal sealed class LeftOut(DeadLetterTaker keep, string where)
{
    private const int MostLines = 25;

    private int _lines;

    /// <summary>Documents and transactions left out so far.</summary>
    public long Count { get; private set; }

    /// <summary>A file or document that gave no block.</summary>
    public void AddDocument(string source, string reason, string message, long offset, ReadOnlySpan<byte> bytes, long? slot = null)
    {
        var letter = NewLetter(source, reason, message, bytes);
        letter.Offset = offset >= 0 ? offset : null;
        letter.Slot = slot;
        keep(in letter);
        Report($"{source}: {message}");
    }

    /// <summary>A transaction, or a part of one, inside a block that was taken.</summary>
    public void AddTransaction(InputDocument document, long slot, in RawRejection rejection, RawPlace? place)
    {
        var message = $"slot {slot}, transaction {rejection.Transaction}: {rejection.Reason}";
        var letter = NewLetter(
            document.Source, rejection.Reason, message, place is { } at ? document.Bytes.Slice(at.Offset, at.Length) : default);
        letter.Slot = slot;
        letter.TxIndex = rejection.Transaction;
        letter.Offset = place?.Offset;
        keep(in letter);
        Report($"{document.Source}: {message}");
    }

    /// <summary>Says how many lines were held back.</summary>
    public void Finish()
    {
        if (_lines > MostLines) { Fail.Print($"{_lines - MostLines} more were left out; {where}."); }
    }

    private static DeadLetter NewLetter(string source, string reason, string message, ReadOnlySpan<byte> bytes)
    {
        var letter = default(DeadLetter);
        letter.Reset();
        letter.Topic = "chain.blocks";
        letter.Source = source;
        letter.Reason = reason;
        letter.Message = message;
        letter.Payload = bytes[..Math.Min(bytes.Length, ProcessorContext.MaxPayloadBytes)].ToArray();
        letter.PayloadLength = bytes.Length;
        return letter;
    }

    private void Report(string line)
    {
        Count++;
        if (++_lines <= MostLines) { Fail.Print(line); }
    }
}
