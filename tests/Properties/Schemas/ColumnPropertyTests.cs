using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Properties.Schemas;

public class ColumnPropertyTests
{
    public static TheoryData<string> TableNames => [.. Tables.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(TableNames))]
    public void A_block_holds_every_value_of_every_row(string table)
    {
        var type = Tables.All.Single(t => t.Name == table).Record;
        typeof(ColumnPropertyTests).GetMethod(nameof(BlocksHoldRows), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
    }

    [Theory]
    [MemberData(nameof(TableNames))]
    public void A_row_that_does_not_fit_leaves_no_trace(string table)
    {
        var type = Tables.All.Single(t => t.Name == table).Record;
        typeof(ColumnPropertyTests).GetMethod(nameof(UnfitRowsLeaveNoTrace), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
    }

    private static void UnfitRowsLeaveNoTrace<T>()
        where T : struct, IRecord
    {
        var writer = Tables.WriterOf<T>();
        Prop.ForAll<int>(seed =>
        {
            var fitting = new RandomRecords(seed) { NoNegativeLongs = true };
            var any = new RandomRecords(seed);
            var fit = new List<T>();
            writer.Clear();
            for (var i = 0; i < 8; i++)
            {
                var record = i % 2 == 0 ? fitting.Next<T>() : any.Next<T>();
                try
                {
                    writer.Append(in record);
                    fit.Add(record);
                }
                catch (OverflowException)
                {
                    // Only what fits is expected.
                }
            }

            var output = new ArrayBufferWriter<byte>();
            writer.WriteTo(output);
            Assert.Equal(fit.Select(r => Text(ExpectedRow.Of(r))), NativeBlock.Read(output.WrittenSpan.ToArray(), out _).Select(Text));
        }).QuickCheckThrowOnFailure();
    }

    private static void BlocksHoldRows<T>()
        where T : struct, IRecord
    {
        var definition = Tables.All.Single(t => t.Record == typeof(T));
        var writer = Tables.WriterOf<T>(); // one for all runs: nothing of a block may reach the next
        Prop.ForAll<int>(seed =>
        {
            var random = new RandomRecords(seed) { NoNegativeLongs = true };
            var records = Enumerable.Range(0, 1 + (Math.Abs(seed) % 7)).Select(_ => random.Next<T>()).ToArray();
            writer.Clear();
            foreach (var record in records) { writer.Append(in record); }
            var output = new ArrayBufferWriter<byte>();
            writer.WriteTo(output);
            var rows = NativeBlock.Read(output.WrittenSpan.ToArray(), out var columns);

            Assert.Equal(definition.Columns.Select(c => (c.Name, c.Type)), columns);
            Assert.Equal(records.Select(r => Text(ExpectedRow.Of(r))), rows.Select(Text));

            // Any part of the rows is a block too, with the same values.
            var first = Math.Abs(seed / 7) % records.Length;
            var count = 1 + (Math.Abs(seed / 49) % (records.Length - first));
            output.ResetWrittenCount();
            writer.WriteTo(output, first, count);
            Assert.Equal(rows[first..(first + count)].Select(Text), NativeBlock.Read(output.WrittenSpan.ToArray(), out _).Select(Text));
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Bytes that happen to be UTF-8 are shown as such by one side only; both sides as Latin-1 are the same.</summary>
    private static string Text(JsonObject row)
    {
        if (row["payload"] is { } payload)
        {
            var text = payload.GetValue<string>();
            row["payload"] = text.All(c => c < 256) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        }

        return row.ToJsonString();
    }
}
