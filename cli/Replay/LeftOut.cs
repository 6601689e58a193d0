using Sluice.Cli.Output;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>What could not be taken: counted, named on standard error (the first few), kept as dead letters.</summary>
internal sealed class LeftOut(StoreSink sink)
{
    private const int MostLines = 25;

    private int _lines;

    /// <summary>Documents and transactions left out so far.</summary>
    public long Count { get; private set; }

    /// <summary>A file or document that gave no block.</summary>
    public void AddDocument(string source, string reason, string message, long offset, ReadOnlySpan<byte> head, long length)
    {
        var letter = NewLetter(source, reason, message);
        letter.Offset = offset >= 0 ? offset : null;
        letter.Payload = head.ToArray();
        letter.PayloadLength = length;
        sink.Keep(in letter);
        Report($"{source}: {message}");
    }

    /// <summary>A transaction, or a part of one, inside a block that was taken.</summary>
    public void AddTransaction(string source, long slot, int transaction, string reason)
    {
        var letter = NewLetter(source, reason, $"transaction {transaction} of slot {slot} was left out: {reason}");
        letter.Slot = slot;
        letter.TxIndex = transaction;
        sink.Keep(in letter);
        Report($"{source}: slot {slot}, transaction {transaction}: {reason}");
    }

    /// <summary>Says how many lines were held back.</summary>
    public void Finish()
    {
        if (_lines > MostLines) { Fail.Print($"{_lines - MostLines} more were left out; the table dead_letters names each."); }
    }

    private static DeadLetter NewLetter(string source, string reason, string message)
    {
        var letter = default(DeadLetter);
        letter.Reset();
        letter.Topic = "chain.blocks";
        letter.Source = source;
        letter.Reason = reason;
        letter.Message = message;
        return letter;
    }

    private void Report(string line)
    {
        Count++;
        if (++_lines <= MostLines) { Fail.Print(line); }
    }
}
