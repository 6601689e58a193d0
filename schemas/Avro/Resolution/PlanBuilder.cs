using System.Buffers;

namespace Sluice.Schemas.Avro;

/// <summary>Finds out how values of a writer's schema become values of a reader's, by the rules of Avro 1.11, "Schema Resolution".</summary>
/// <remarks>
/// Two points go beyond the specification. Where a reader's union has a branch of the very type and name, that one is taken
/// rather than the first that matches, so that an int stays an int. And where both sides have a logical type, it must be the
/// same: seconds read as milliseconds are worse than an error. A decimal keeps its scale and may gain precision.
/// </remarks>
internal sealed class PlanBuilder
{
    private const int MaxSteps = 200_000;
    private const int MaxLiteral = 1 << 20;
    private const int MaxMismatches = 200;

    private readonly Dictionary<(AvroType Writer, AvroType Reader), Plan?> _records = [];
    private readonly List<AvroMismatch> _mismatches = [];
    private int _steps;

    /// <summary>What does not fit, in the order of the reader's fields.</summary>
    public IReadOnlyList<AvroMismatch> Mismatches => _mismatches;

    /// <summary>The plan, or null when no value of the writer's can be read; <see cref="Mismatches"/> tells why.</summary>
    public Plan? Build(AvroType writer, AvroType reader) => Build(writer, reader, "");

    private Plan? Build(AvroType writer, AvroType reader, string path)
    {
        if (IsTooMuch()) { return Refuse(path, AvroRules.TooComplex, "the two schemas hold too many types within each other"); }
        if (writer.Kind == AvroKind.Union) { return Simplest(writer, BuildUnion(writer, reader, path)); }
        if (reader.Kind == AvroKind.Union) { return BuildBranch(writer, reader, path); }
        return Simplest(writer, BuildPlain(writer, reader, path));
    }

    private bool IsTooMuch() => ++_steps > MaxSteps;

    /// <summary>What stays as it is, is copied; what has no bytes becomes the same bytes each time.</summary>
    private static Plan? Simplest(AvroType writer, Plan? plan)
    {
        if (plan is null or CopyPlan) { return plan; }
        if (plan.IsCopy) { return new CopyPlan(writer); }
        if (!writer.IsEmpty || plan is KnotPlan) { return plan; }
        var output = new ArrayBufferWriter<byte>();
        var reading = new AvroReader([]);
        var writing = new AvroWriter(output);
        if (!plan.Run(ref reading, ref writing, 0)) { return plan; }
        writing.Flush();
        return output.WrittenCount > MaxLiteral ? plan : new LiteralPlan(output.WrittenSpan.ToArray());
    }

    private Plan? BuildPlain(AvroType writer, AvroType reader, string path)
    {
        if (!HaveSameMeaning(writer, reader, path)) { return null; }
        switch (writer.Kind, reader.Kind)
        {
            case (AvroKind.Int, AvroKind.Long):
            case (AvroKind.String, AvroKind.Bytes):
                return new CopyPlan(writer);
            case (AvroKind.Int or AvroKind.Long, AvroKind.Float or AvroKind.Double):
            case (AvroKind.Float, AvroKind.Double):
                return new NumberPlan(writer.Kind, reader.Kind);
            case (AvroKind.Bytes, AvroKind.String):
                return new TextPlan();
        }

        if (writer.Kind != reader.Kind) { return Refuse(path, AvroRules.Type, $"{writer.Label} was written, which is not read as {reader.Label}"); }
        if (writer.Name.Length > 0 && !HaveSameName(writer, reader))
        {
            return Refuse(path, AvroRules.Name, $"{writer.Name} was written, and {reader.Name} neither has that name nor that alias");
        }

        switch (writer.Kind)
        {
            case AvroKind.Array:
                var item = Simplest(writer.Items!, Build(writer.Items!, reader.Items!, path));
                return item is null ? null : new BlocksPlan(item, isMap: false, writer.Items!.IsEmpty);
            case AvroKind.Map:
                return Build(writer.Items!, reader.Items!, path) is { } value ? new BlocksPlan(value, isMap: true, itemsAreEmpty: false) : null;
            case AvroKind.Fixed when writer.Size != reader.Size:
                return Refuse(path, AvroRules.FixedSize, $"{writer.Name} was written with {writer.Size} bytes, and {reader.Size} are read");
            case AvroKind.Enum:
                return BuildEnum(writer, reader, path);
            case AvroKind.Record:
                return BuildRecord(writer, reader, path);
            default:
                return new CopyPlan(writer);
        }
    }

    private EnumPlan BuildEnum(AvroType writer, AvroType reader, string path)
    {
        var numbers = new int[writer.Symbols.Count];
        var missing = new List<string>();
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = NumberOf(writer.Symbols[i]);
            if (numbers[i] >= 0) { continue; }
            if (reader.DefaultSymbol is { } standard) { numbers[i] = NumberOf(standard); }
            else { missing.Add(writer.Symbols[i]); }
        }

        if (missing.Count > 0)
        {
            Note(path, AvroRules.EnumSymbol, $"{writer.Name} may be {string.Join(", ", missing)}, which the reader lacks, and its enum has no default", isPartial: true);
        }

        return new EnumPlan(numbers);

        int NumberOf(string symbol)
        {
            for (var i = 0; i < reader.Symbols.Count; i++)
            {
                if (reader.Symbols[i] == symbol) { return i; }
            }

            return -1;
        }
    }

    /// <summary>Every branch of the writer's union by itself; those that lead nowhere are refused when they come.</summary>
    private UnionPlan? BuildUnion(AvroType writer, AvroType reader, string path)
    {
        var begin = _mismatches.Count;
        var plans = new Plan[writer.Branches.Count];
        var isAny = false;
        for (var i = 0; i < plans.Length; i++)
        {
            var before = _mismatches.Count;
            var plan = Build(writer.Branches[i], reader, path);
            isAny |= plan is not null;
            plans[i] = plan ?? new RefusePlan();
            for (var m = before; plan is null && m < _mismatches.Count; m++) { _mismatches[m] = _mismatches[m] with { IsPartial = true }; }
        }

        if (isAny) { return new UnionPlan(plans); }
        for (var m = begin; m < _mismatches.Count; m++) { _mismatches[m] = _mismatches[m] with { IsPartial = false }; }
        if (_mismatches.Count == begin) { Refuse(path, AvroRules.UnionBranch, "no branch of the writer's union is read"); }
        return null;
    }

    /// <summary>The branch of the reader's union that takes a value: the very type and name first, then the first that matches.</summary>
    private BranchPlan? BuildBranch(AvroType writer, AvroType reader, string path)
    {
        var begin = _mismatches.Count;
        var reasons = new List<AvroMismatch>();
        foreach (var isSame in new[] { true, false })
        {
            for (var i = 0; i < reader.Branches.Count; i++)
            {
                var branch = reader.Branches[i];
                if ((branch.Kind == writer.Kind && branch.Name == writer.Name) != isSame) { continue; }
                if (IsTooMuch()) { break; }
                if (Build(writer, branch, path) is { } plan) { return new BranchPlan(i, plan); }

                // The reason counts where the branch was meant, as its type shows.
                if (branch.Kind == writer.Kind) { reasons.AddRange(_mismatches.Skip(begin)); }
                _mismatches.RemoveRange(begin, _mismatches.Count - begin);
            }
        }

        _mismatches.AddRange(reasons);
        if (reasons.Count == 0)
        {
            var branches = string.Join(", ", reader.Branches.Select(b => b.Label));
            Refuse(path, AvroRules.UnionBranch, $"{writer.Label} was written, and the reader's union takes only {branches}");
        }

        return null;
    }

    private Plan? BuildRecord(AvroType writer, AvroType reader, string path)
    {
        if (_records.TryGetValue((writer, reader), out var known))
        {
            return known ?? Refuse(path, AvroRules.Type, $"{writer.Name} was written, which is not read as {reader.Name}");
        }

        var knot = new KnotPlan();
        _records.Add((writer, reader), knot);
        var plan = Simplest(writer, BuildFields(writer, reader, path));
        knot.Target = plan;
        _records[(writer, reader)] = plan;
        return plan;
    }

    private Plan? BuildFields(AvroType writer, AvroType reader, string path)
    {
        var sources = Match(writer, reader);
        var plans = new Plan?[reader.Fields.Count];
        var isWhole = true;
        for (var i = 0; i < plans.Length; i++)
        {
            var field = reader.Fields[i];
            var place = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            plans[i] = sources[i] >= 0 ? Build(writer.Fields[sources[i]].Type, field.Type, place) : BuildDefault(field, place);
            isWhole &= plans[i] is not null;
        }

        if (!isWhole) { return null; }
        var present = sources.Where(s => s >= 0).ToArray();
        if (!present.Zip(present.Skip(1)).All(pair => pair.First < pair.Second))
        {
            return new ReorderedRecordPlan(writer.Fields, [.. sources.Zip(plans, (source, plan) => (source, plan!))]);
        }

        var steps = new List<RecordStep>();
        var next = 0; // field of the writer's
        for (var i = 0; i < plans.Length; i++)
        {
            if (sources[i] < 0)
            {
                steps.Add(new RecordStep(null, plans[i]));
                continue;
            }

            for (; next < sources[i]; next++) { steps.Add(new RecordStep(writer.Fields[next], null)); }
            steps.Add(new RecordStep(writer.Fields[next++], plans[i]));
        }

        for (; next < writer.Fields.Count; next++) { steps.Add(new RecordStep(writer.Fields[next], null)); }
        return new RecordPlan([.. steps]);
    }

    /// <summary>The writer's field of each of the reader's, by name, else by the first alias that is free; -1 for none.</summary>
    private static int[] Match(AvroType writer, AvroType reader)
    {
        var free = writer.Fields.Index().ToDictionary(f => f.Item.Name, f => f.Index, StringComparer.Ordinal);
        var sources = new int[reader.Fields.Count];
        for (var i = 0; i < sources.Length; i++) { sources[i] = free.Remove(reader.Fields[i].Name, out var same) ? same : -1; }
        for (var i = 0; i < sources.Length; i++)
        {
            foreach (var alias in reader.Fields[i].Aliases)
            {
                if (sources[i] < 0 && free.Remove(alias, out var former)) { sources[i] = former; }
            }
        }

        return sources;
    }

    private LiteralPlan? BuildDefault(AvroField field, string place)
    {
        if (field.Default is not { } value)
        {
            Refuse(place, AvroRules.MissingDefault, "the writer has no such field, and the reader has no default for it");
            return null;
        }

        if (DefaultEncoder.Encode(field.Type, value) is { } bytes) { return new LiteralPlan(bytes); }
        var text = value.GetRawText();
        Refuse(place, AvroRules.BadDefault, $"its default {(text.Length > 60 ? text[..60] + "…" : text)} is no {field.Type.Label}");
        return null;
    }

    private static bool HaveSameName(AvroType writer, AvroType reader) =>
        writer.ShortName == reader.ShortName || reader.Aliases.Contains(writer.Name, StringComparer.Ordinal);

    private bool HaveSameMeaning(AvroType writer, AvroType reader, string path)
    {
        if (writer.Precision > 0 && reader.Precision > 0)
        {
            if (writer.Scale == reader.Scale && writer.Precision <= reader.Precision) { return true; }
            Refuse(path, AvroRules.LogicalType, $"decimal({writer.Precision}, {writer.Scale}) was written, and decimal({reader.Precision}, {reader.Scale}) is read");
            return false;
        }

        if (writer.Logical is null || reader.Logical is null || writer.Logical == reader.Logical) { return true; }
        Refuse(path, AvroRules.LogicalType, $"{writer.Logical} was written, and {reader.Logical} is read");
        return false;
    }

    private Plan? Refuse(string path, string rule, string message)
    {
        Note(path, rule, message, isPartial: false);
        return null;
    }

    private void Note(string path, string rule, string message, bool isPartial)
    {
        var mismatch = new AvroMismatch(path, rule, message, isPartial);
        if (_mismatches.Count < MaxMismatches && !_mismatches.Contains(mismatch)) { _mismatches.Add(mismatch); }
    }
}
