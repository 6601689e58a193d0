using System.Text.Json;

namespace Sluice.Lab.Evaluation;

/// <summary>The figures as one JSON object; what is not known is null, lamports are strings.</summary>
public static class ReportJson
{
    /// <summary>Writes the fields of an evaluation into the object that the caller has begun.</summary>
    public static void WriteFields(Utf8JsonWriter json, Evaluator evaluation)
    {
        json.WriteNumber("runs", evaluation.Runs);
        json.WriteNumber("entries", evaluation.Entries);
        json.WriteStartObject("kinds");
        foreach (var kind in Evaluator.ScoredKinds)
        {
            json.WriteStartObject(TruthNames.Of(kind));
            WriteKind(json, evaluation[kind]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        var causes = evaluation.Causes;
        json.WriteStartObject("backrun_causes");
        json.WriteNumber("planted", causes.Planted);
        json.WriteNumber("right", causes.Right);
        json.WriteNumber("other", causes.Other);
        json.WriteNumber("none", causes.None);
        json.WriteNumber("missed", causes.Missed);
        json.WriteNumber("unplanted", causes.Unplanted);
        Share(json, "recall", causes.Recall);
        Share(json, "precision", causes.Precision);
        json.WriteStartObject("tags");
        foreach (var (tag, (planted, right)) in causes.Tags)
        {
            json.WriteStartObject(tag);
            json.WriteNumber("planted", planted);
            json.WriteNumber("right", right);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteKind(Utf8JsonWriter json, KindScore score)
    {
        json.WriteNumber("findings", score.Findings);
        json.WriteNumber("true_findings", score.TrueFindings);
        json.WriteNumber("rows_stated", score.RowsStated);
        Share(json, "precision", score.Precision);
        Share(json, "finding_precision", score.FindingPrecision);
        WriteGroup(json, "all", score.All, score.RowsInvented);
        WriteGroup(json, "plain", score.Plain, score.RowsInvented);
        WriteGroup(json, "evading", score.Evading, score.RowsInvented);
        WriteGroups(json, "classes", score.Classes);
        WriteGroups(json, "evasions", score.Evasions);
        WriteGroups(json, "tags", score.Tags);
        json.WriteStartObject("stated_classes");
        foreach (var (name, (stated, right)) in score.StatedClasses)
        {
            json.WriteStartObject(name);
            json.WriteNumber("findings", stated);
            json.WriteNumber("true_findings", right);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("class_confusion");
        foreach (var ((planted, found), count) in score.Confusion)
        {
            json.WriteStartObject();
            json.WriteString("planted", planted);
            json.WriteString("found", found);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("look_alikes");
        foreach (var (label, lookAlike) in score.LookAlikes)
        {
            json.WriteStartObject(label);
            json.WriteNumber("planted", lookAlike.Planted);
            json.WriteNumber("taken", lookAlike.Taken);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("invented_rows");
        foreach (var (label, count) in score.InventedByLabel) { json.WriteNumber(label, count); }
        json.WriteEndObject();
        WriteCases(json, score);
    }

    private static void WriteCases(Utf8JsonWriter json, KindScore score)
    {
        json.WriteStartArray("missed");
        foreach (var missed in score.Missed)
        {
            json.WriteStartObject();
            json.WriteString("run", missed.Run);
            json.WriteString("id", missed.Entry.Id);
            json.WriteString("class", missed.Entry.Class);
            json.WriteStartArray("evasions");
            foreach (var evasion in missed.Entry.Evasions) { json.WriteStringValue(evasion); }
            json.WriteEndArray();
            json.WriteNumber("slot", missed.Entry.Slot);
            json.WriteString("signature", missed.Entry.Signature.ToString());
            json.WriteString("reason", missed.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("invented");
        foreach (var invented in score.Invented)
        {
            json.WriteStartObject();
            json.WriteString("run", invented.Run);
            json.WriteString("label", invented.Label);
            json.WriteString("class", invented.Finding.Class);
            json.WriteNumber("rows", invented.Rows);
            json.WriteNumber("slot", invented.Finding.Slot);
            json.WriteString("signature", invented.Signature.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteGroups(Utf8JsonWriter json, string name, SortedDictionary<string, GroupScore> groups)
    {
        json.WriteStartObject(name);
        foreach (var (label, group) in groups) { WriteGroup(json, label, group, null); }
        json.WriteEndObject();
    }

    private static void WriteGroup(Utf8JsonWriter json, string name, GroupScore group, int? invented)
    {
        json.WriteStartObject(name);
        json.WriteNumber("planted", group.Planted);
        json.WriteNumber("found", group.Found);
        Share(json, "recall", group.Recall);
        json.WriteNumber("rows_planted", group.RowsPlanted);
        json.WriteNumber("rows_found", group.RowsFound);
        Share(json, "row_recall", group.RowRecall);
        Share(json, "row_precision", group.RowPrecision);
        if (invented is { } rows) { Share(json, "precision_with_all_invented", group.PrecisionWith(rows)); }
        json.WriteNumber("split", group.Split);
        json.WriteNumber("other_class", group.OtherClass);
        json.WriteNumber("other_actor", group.OtherActor);
        json.WriteNumber("other_profit_mint", group.OtherProfitMint);
        json.WriteNumber("gross_unknown", group.GrossUnknown);
        WriteSpread(json, "gross", group.Gross);
        WriteSpread(json, "net", group.Net);
        WriteSpread(json, "loss", group.Loss);
        json.WriteNumber("loss_bounds", group.LossBounds);
        json.WriteNumber("loss_bounds_hold", group.LossBoundsHold);
        json.WriteNumber("loss_unknown", group.LossUnknown);
        json.WriteEndObject();
    }

    private static void WriteSpread(Utf8JsonWriter json, string name, ErrorSpread spread)
    {
        json.WriteStartObject(name);
        json.WriteNumber("compared", spread.Count);
        Share(json, "exact_share", spread.ExactShare);
        Share(json, "median", spread.Median);
        Share(json, "p90", spread.P90);
        Share(json, "max", spread.Max);
        json.WriteString("error_lamports", spread.ErrorLamports.ToString());
        json.WriteString("max_error_lamports", spread.MaxErrorLamports.ToString());
        json.WriteString("true_lamports", spread.TrueLamports.ToString());
        json.WriteEndObject();
    }

    private static void Share(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } share) { json.WriteNumber(name, Math.Round(share, 6)); } else { json.WriteNull(name); }
    }
}
