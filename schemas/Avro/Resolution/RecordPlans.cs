using System.Buffers;

namespace Sluice.Schemas.Avro;

/// <summary>What is done at one place of a record.</summary>
/// <param name="Field">The writer's field, or null for a default that is put between fields.</param>
/// <param name="Plan">What becomes of it; null for a field that the reader lacks.</param>
internal readonly record struct RecordStep(AvroField? Field, Plan? Plan);

/// <summary>A record whose fields come in the reader's order, with fields left out and defaults put in between.</summary>
/// <remarks>Fields side by side that stay as they are, are copied at once.</remarks>
internal sealed class RecordPlan(RecordStep[] steps) : Plan
{
    public override bool IsCopy { get; } = steps.All(s => s.Field is not null && s.Plan?.IsCopy == true);

    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        if (!IsWithin(ref reader, ref writer, depth)) { return false; }
        var copied = reader.Offset; // up to here the input is dealt with
        foreach (ref readonly var step in steps.AsSpan())
        {
            if (step is { Field: { } same, Plan: CopyPlan })
            {
                if (!ValueSkipper.TrySkip(same.Type, ref reader, depth + 1)) { return reader.In(same.Name); }
                continue;
            }

            writer.Raw(reader.Slice(copied, reader.Offset));
            if (step.Field is { } field)
            {
                var isDone = step.Plan is null
                    ? ValueSkipper.TrySkip(field.Type, ref reader, depth + 1)
                    : step.Plan.Run(ref reader, ref writer, depth + 1);
                if (!isDone) { return reader.In(field.Name); }
            }
            else
            {
                step.Plan!.Run(ref reader, ref writer, depth + 1);
            }

            copied = reader.Offset;
        }

        writer.Raw(reader.Slice(copied, reader.Offset));
        return true;
    }
}

/// <summary>A record whose fields the reader has in another order: where each begins is found first.</summary>
/// <param name="fields">The writer's fields.</param>
/// <param name="steps">In the reader's order: the writer's field by number, or -1 for a default, and what becomes of it.</param>
internal sealed class ReorderedRecordPlan(IReadOnlyList<AvroField> fields, (int Field, Plan Plan)[] steps) : Plan
{
    public override bool Run(ref AvroReader reader, ref AvroWriter writer, int depth)
    {
        if (!IsWithin(ref reader, ref writer, depth)) { return false; }
        var places = ArrayPool<int>.Shared.Rent(fields.Count);
        try
        {
            for (var i = 0; i < fields.Count; i++)
            {
                places[i] = reader.Offset;
                if (!ValueSkipper.TrySkip(fields[i].Type, ref reader, depth + 1)) { return reader.In(fields[i].Name); }
            }

            var end = reader.Offset;
            foreach (var (field, plan) in steps)
            {
                if (field >= 0) { reader.Seek(places[field]); }
                if (!plan.Run(ref reader, ref writer, depth + 1)) { return field >= 0 ? reader.In(fields[field].Name) : false; }
            }

            reader.Seek(end);
            return true;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(places);
        }
    }
}
