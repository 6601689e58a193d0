using System.Text.Json;

namespace Sluice.Lab.Faults;

/// <summary>Finds the transactions in a block's bytes.</summary>
internal static class TransactionRanges
{
    /// <summary>Where each transaction's object stands, in the order of the block.</summary>
    public static List<Range> Of(ChainBlock block)
    {
        var ranges = new List<Range>(block.Transactions);
        var from = block.Body.Start.Value + "\"transactions\":".Length;
        var reader = new Utf8JsonReader(block.Json.AsSpan(from, block.Body.End.Value - from));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var start = from + (int)reader.TokenStartIndex;
            reader.Skip();
            ranges.Add(start..(from + (int)reader.BytesConsumed));
        }

        return ranges;
    }
}
