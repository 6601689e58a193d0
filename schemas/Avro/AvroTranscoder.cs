using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Sluice.Schemas.Avro;

/// <summary>
/// Turns the binary encoding of one schema into that of another, so that a codec, which knows only its own, reads what
/// others wrote: fields added, removed and reordered, numbers promoted, enums and unions changed, names aliased.
/// </summary>
/// <remarks>
/// Made once for a pair of schemas; thread-safe, and without allocation when it runs. Runs of fields that are alike in both
/// are copied unread: what is wrong within them (text that is no UTF-8, say), the reader's codec finds. Total: bad bytes end
/// with a status. Steps are bounded by the input, the output by <see cref="MaxBytes"/>, the stack by <see cref="MaxDepth"/>.
/// </remarks>
public sealed class AvroTranscoder
{
    /// <summary>Most bytes of one value in the reader's schema, give or take one record of defaults.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Most records, arrays and unions within each other.</summary>
    public const int MaxDepth = 256;

    private readonly Plan _plan;

    private AvroTranscoder(Plan plan) => _plan = plan;

    /// <summary>True when every value of the writer's has the same bytes in the reader's schema, so that nothing need be done.</summary>
    public bool IsIdentity => _plan is CopyPlan;

    /// <summary>Makes the transcoder; false when no value that the writer writes can be read, and the first reason.</summary>
    /// <remarks>Values that only some branch or symbol keeps from being read are refused one by one, see <see cref="AvroStatus.NoReaderBranch"/>.</remarks>
    public static bool TryCreate(
        AvroSchema writer, AvroSchema reader, [NotNullWhen(true)] out AvroTranscoder? transcoder, [NotNullWhen(false)] out AvroMismatch? mismatch)
    {
        transcoder = null;
        var (plan, mismatches) = Resolve(writer, reader);
        mismatch = plan is null ? mismatches.FirstOrDefault(m => !m.IsPartial) ?? mismatches[0] : null;
        if (plan is not null) { transcoder = new AvroTranscoder(plan); }
        return plan is not null;
    }

    /// <summary>Rewrites one value, which must use up the bytes.</summary>
    /// <param name="body">The value in the writer's schema, without framing.</param>
    /// <param name="output">What was written when reading failed is to be thrown away.</param>
    /// <returns>The offset and the field are those of the writer's bytes and schema.</returns>
    public AvroResult Transcode(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new AvroReader(body);
        var writer = new AvroWriter(output);
        var isDone = _plan.Run(ref reader, ref writer, 0);
        writer.Flush();
        if (isDone && reader.Left > 0) { return new AvroResult(AvroStatus.TrailingBytes, reader.Offset); }
        return reader.Result;
    }

    internal static (Plan? Plan, IReadOnlyList<AvroMismatch> Mismatches) Resolve(AvroSchema writer, AvroSchema reader)
    {
        AvroType written, read;
        try
        {
            written = AvroTypeParser.Parse(writer.Json);
            read = AvroTypeParser.Parse(reader.Json);
        }
        catch (FormatException e)
        {
            return (null, [new AvroMismatch("", AvroRules.Schema, e.Message)]);
        }

        var builder = new PlanBuilder();
        var plan = builder.Build(written, read);
        return (plan, builder.Mismatches);
    }
}
