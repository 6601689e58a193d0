using System.Text.Unicode;

namespace Sluice.Schemas.Avro;

/// <summary>One step of reading a value of the writer's type and writing it as one of the reader's. Stateless and shared.</summary>
internal abstract class Plan
{
    /// <summary>True when the bytes stay as they are.</summary>
    public virtual bool IsCopy => false;

    public abstract bool Run(ref AvroReader reader, ref AvroWriter writer, int depth);

    private protected static bool IsWithin(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        if (depth > AvroTranscoder.MaxDepth) { return reader.Fail(AvroStatus.TooDeep); }
        return writer.Written <= AvroTranscoder.MaxBytes || reader.Fail(AvroStatus.TooLarge);
    }
}

/// <summary>The bytes as they stand.</summary>
internal sealed class CopyPlan(AvroType type) : Plan
{
    public AvroType Type { get; } = type;

    public override bool IsCopy => true;

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        var start = reader.Offset;
        if (!ValueSkipper.TrySkip(Type, ref reader, depth)) { return false; }
        writer.Raw(reader.Slice(start, reader.Offset));
        return true;
    }
}

/// <summary>What is known without reading: a default, or what a value without bytes becomes.</summary>
internal sealed class LiteralPlan(byte[] bytes) : Plan
{
    public byte[] Bytes { get; } = bytes;

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        writer.Raw(Bytes);
        return true;
    }
}

/// <summary>A value that nothing in the reader's schema takes.</summary>
internal sealed class RefusePlan : Plan
{
    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth) => reader.Fail(AvroStatus.NoReaderBranch);
}

/// <summary>Numbers to float or double, rounded to the nearest.</summary>
internal sealed class NumberPlan(AvroKind from, AvroKind to) : Plan
{
    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        if (from == AvroKind.Float)
        {
            if (!reader.TryFloat(out var single)) { return false; }
            writer.Double(single);
            return true;
        }

        if (!reader.TryLong(out var number)) { return false; }
        if (to == AvroKind.Float) { writer.Float(number); }
        else { writer.Double(number); }
        return true;
    }
}

/// <summary>Bytes as a string, if they are UTF-8.</summary>
internal sealed class TextPlan : Plan
{
    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        var start = reader.Offset;
        if (!reader.TrySpan(out var bytes)) { return false; }
        if (!Utf8.IsValid(bytes)) { return reader.Fail(AvroStatus.BadText, start); }
        writer.Bytes(bytes);
        return true;
    }
}

/// <summary>Symbols by their text.</summary>
/// <param name="numbers">The reader's number of each of the writer's symbols, -1 for none.</param>
internal sealed class EnumPlan(int[] numbers) : Plan
{
    /// <summary>True also where the reader has more symbols behind the writer's.</summary>
    public override bool IsCopy { get; } = numbers.Index().All(n => n.Index == n.Item);

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        var start = reader.Offset;
        if (!reader.TryIndex(numbers.Length, out var symbol)) { return false; }
        if (numbers[symbol] < 0) { return reader.Fail(AvroStatus.NoReaderSymbol, start); }
        writer.Long(numbers[symbol]);
        return true;
    }
}

/// <summary>Arrays, and maps, whose pairs are items with a key before them.</summary>
internal sealed class BlocksPlan(Plan item, bool isMap, bool itemsAreEmpty) : Plan
{
    public override bool IsCopy => item.IsCopy;

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        while (true)
        {
            if (!reader.TryBlock(out var count, out var end, itemsAreEmpty)) { return false; }
            if (count == 0)
            {
                writer.Long(0);
                return reader.TryEndBlock(end);
            }

            writer.Long(count);
            if (itemsAreEmpty && item is LiteralPlan { Bytes.Length: var size })
            {
                // Any number of these costs the writer nothing, so it is judged before any is made.
                if (size == 0) { count = 0; }
                if (size > 0 && count > (AvroTranscoder.MaxBytes - writer.Written) / size) { return reader.Fail(AvroStatus.TooLarge); }
            }

            for (; count > 0; count--)
            {
                if (!IsWithin(ref reader, ref writer, depth)) { return false; }
                if (isMap && !TryKey(ref reader, ref writer)) { return false; }
                if (!item.Run(ref reader, ref writer, depth + 1)) { return false; }
            }

            if (!reader.TryEndBlock(end)) { return false; }
        }
    }

    private static bool TryKey(ref AvroReader reader, ref AvroWriter writer)
    {
        if (!reader.TrySpan(out var key)) { return false; }
        writer.Bytes(key);
        return true;
    }
}

/// <summary>A union of the writer's: what is done depends on the branch.</summary>
internal sealed class UnionPlan(Plan[] branches) : Plan
{
    /// <summary>True when every branch keeps its number, also where the reader has more behind them.</summary>
    public override bool IsCopy { get; } = branches.Index().All(b => b.Item is BranchPlan { IsInnerCopy: true } branch && branch.Number == b.Index);

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        if (!IsWithin(ref reader, ref writer, depth)) { return false; }
        var start = reader.Offset;
        if (!reader.TryIndex(branches.Length, out var branch)) { return false; }
        return branches[branch] is RefusePlan
            ? reader.Fail(AvroStatus.NoReaderBranch, start)
            : branches[branch].Run(ref reader, ref writer, depth + 1);
    }
}

/// <summary>A value that becomes one branch of the reader's union.</summary>
internal sealed class BranchPlan(int number, Plan inner) : Plan
{
    public int Number { get; } = number;

    public bool IsInnerCopy => inner.IsCopy;

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        writer.Long(Number);
        return inner.Run(ref reader, ref writer, depth);
    }
}

/// <summary>A record within itself: the plan is the one that is being made.</summary>
internal sealed class KnotPlan : Plan
{
    /// <summary>Set when the plan is made; stays null where it turned out that there is none.</summary>
    public Plan? Target { get; set; }

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth) =>
        Target?.Run(ref reader, ref writer, depth) ?? reader.Fail(AvroStatus.NoReaderBranch);
}
