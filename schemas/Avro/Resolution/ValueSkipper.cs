namespace Sluice.Schemas.Avro;

/// <summary>Steps over a value of any schema.</summary>
/// <remarks>
/// Types without bytes are never walked, so the steps are bounded by the bytes times the depth, whatever the schema. What is
/// stepped over is checked for its extent only: not that a text is UTF-8, nor that an enum's symbol exists.
/// </remarks>
internal static class ValueSkipper
{
    public static bool TrySkip(AvroType type, ref AvroReader reader, int depth)
    {
        if (type.IsEmpty) { return true; }
        if (depth > AvroTranscoder.MaxDepth) { return reader.Fail(AvroStatus.TooDeep); }
        switch (type.Kind)
        {
            case AvroKind.Boolean:
                return reader.TrySkip(1);
            case AvroKind.Int or AvroKind.Long or AvroKind.Enum:
                return reader.TryLong(out _);
            case AvroKind.Float:
                return reader.TrySkip(sizeof(float));
            case AvroKind.Double:
                return reader.TrySkip(sizeof(double));
            case AvroKind.Bytes or AvroKind.String:
                return reader.TrySpan(out _);
            case AvroKind.Fixed:
                return reader.TrySkip(type.Size);
            case AvroKind.Union:
                return reader.TryIndex(type.Branches.Count, out var branch) && TrySkip(type.Branches[branch], ref reader, depth + 1);
            case AvroKind.Record:
                foreach (var field in type.Fields)
                {
                    if (!TrySkip(field.Type, ref reader, depth + 1)) { return reader.In(field.Name); }
                }

                return true;
            default:
                return TrySkipBlocks(type, ref reader, depth);
        }
    }

    private static bool TrySkipBlocks(AvroType type, ref AvroReader reader, int depth)
    {
        var isMap = type.Kind == AvroKind.Map;
        var isEmpty = !isMap && type.Items!.IsEmpty;
        while (true)
        {
            if (!reader.TryBlock(out var count, out var end, isEmpty)) { return false; }
            if (count == 0) { return reader.TryEndBlock(end); }
            if (end >= 0)
            {
                reader.Seek(end);
                continue;
            }

            for (; count > 0 && !isEmpty; count--)
            {
                if (isMap && !reader.TrySpan(out _)) { return false; }
                if (!TrySkip(type.Items!, ref reader, depth + 1)) { return false; }
            }
        }
    }
}
