using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Lab;
using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;
using Spectre.Console;

namespace Sluice.Cli.Evaluation;

/// <summary>An evaluation for a person.</summary>
internal static class EvaluationTable
{
    private const int ShownCases = 10;

    /// <summary>Everything.</summary>
    public static void Print(TextWriter output, Evaluator evaluator)
    {
        var console = ConsoleOf(output);
        Overview(console, evaluator);
        foreach (var kind in Evaluator.ScoredKinds)
        {
            var score = evaluator[kind];
            if (score.All.Planted > 0) { Groups(console, score); }
        }

        LookAlikes(console, evaluator);
        Causes(output, evaluator.Causes);
        foreach (var kind in Evaluator.ScoredKinds) { Cases(output, evaluator[kind], ShownCases, withCounts: true); }
    }

    /// <summary>What each definition finds, misses and invents; the columns of the truth only where there is one.</summary>
    public static void Print(TextWriter output, DefinitionScores definitions)
    {
        var hasTruth = definitions.Rows.Any(r => r.Truth is not null);
        string[] always = ["sandwiches", "victims", "of them sluice's"];
        var table = NewTable(
            "Sandwiches by definition",
            hasTruth ? [.. always, "planted found", "recall", "victims found", "recall", "not planted", "precision", "look-alikes taken"] : always);
        foreach (var row in definitions.Rows)
        {
            string[] cells = [row.Name, Human.Count(row.Sandwiches), Human.Count(row.Victims), Human.Count(row.Shared)];
            if (row.Truth is { } truth)
            {
                var score = truth[TruthKind.Sandwich];
                var lookAlikes = score.LookAlikes.Values;
                cells =
                [
                    .. cells, $"{Human.Count(score.All.Found)} of {Human.Count(score.All.Planted)}", Share(score.All.Recall),
                    $"{Human.Count(score.All.RowsFound)} of {Human.Count(score.All.RowsPlanted)}", Share(score.All.RowRecall),
                    Human.Count(score.RowsStated - score.All.RowsFound), Share(score.Precision), $"{Human.Count(lookAlikes.Sum(l => l.Taken))} of {Human.Count(lookAlikes.Sum(l => l.Planted))}",
                ];
            }

            Row(table, cells);
        }

        ConsoleOf(output).Write(table);
    }

    /// <summary>One line a kind, and what went wrong.</summary>
    public static void PrintShort(TextWriter output, Evaluator evaluator)
    {
        Overview(ConsoleOf(output), evaluator);
        var lookAlikes = Evaluator.ScoredKinds.SelectMany(k => evaluator[k].LookAlikes.Values).ToArray();
        output.WriteLine($"Look-alikes taken for what they are not: {Human.Count(lookAlikes.Sum(l => l.Taken))} of {Human.Count(lookAlikes.Sum(l => l.Planted))}.");
        foreach (var kind in Evaluator.ScoredKinds) { Cases(output, evaluator[kind], 3, withCounts: false); }
    }

    private static void Overview(IAnsiConsole console, Evaluator evaluator)
    {
        var table = NewTable("Found against planted", "planted", "found", "recall", "stated", "precision", "profit error, median", "p90", "exact", "loss error, median", "p90", "exact");
        foreach (var kind in Evaluator.ScoredKinds)
        {
            var score = evaluator[kind];
            if (score.All.Planted == 0 && score.Findings == 0) { continue; }
            var name = TruthNames.Of(kind).Replace('-', ' ');
            if (kind != TruthKind.Sandwich)
            {
                Row(table, [name, .. Counts(score.All.Planted, score.All.Found, score.All.Recall, score.Findings, score.Precision), .. Money(score.All)]);
                if (kind == TruthKind.Arbitrage && evaluator.Causes.Planted > 0)
                {
                    var causes = evaluator.Causes;
                    Row(table, ["  cause of backruns", .. Counts(causes.Planted, causes.Right, causes.Recall, causes.Right + causes.Other, causes.Precision), .. NoMoney()]);
                }

                continue;
            }

            Row(table, ["sandwiches", .. Counts(score.All.Planted, score.All.Found, score.All.Recall, score.Findings, score.FindingPrecision), .. Money(score.All)]);
            Row(table, ["  victims", .. Counts(score.All.RowsPlanted, score.All.RowsFound, score.All.RowRecall, score.RowsStated, score.Precision), .. NoMoney()]);
            foreach (var (label, group) in new[] { ("  plain", score.Plain), ("  evading", score.Evading) })
            {
                var rows = group.RowsStated + score.RowsInvented;
                Row(table, [label, .. Counts(group.Planted, group.Found, group.Recall, rows, group.PrecisionWith(score.RowsInvented)), .. Money(group)]);
            }
        }

        console.Write(table);
    }

    private static void Groups(IAnsiConsole console, KindScore score)
    {
        var table = NewTable(
            $"{TruthNames.Of(score.Kind)}, by", "planted", "found", "recall", "rows stated", "of them planted", "other class", "profit error, median", "p90", "exact",
            "loss error, median", "p90", "exact");
        Add("class", score.Classes);
        Add("evasion", score.Evasions);
        Add("tag", score.Tags);
        console.Write(table);

        void Add(string of, SortedDictionary<string, GroupScore> groups)
        {
            foreach (var (name, group) in groups)
            {
                Row(table, [$"{of} {name}", .. Counts(group.Planted, group.Found, group.Recall, group.RowsStated, group.RowPrecision), Human.Count(group.OtherClass), .. Money(group)]);
            }
        }
    }

    private static void LookAlikes(IAnsiConsole console, Evaluator evaluator)
    {
        var table = NewTable("Look-alikes", "planted", "taken");
        foreach (var kind in Evaluator.ScoredKinds)
        {
            foreach (var (label, lookAlike) in evaluator[kind].LookAlikes)
            {
                Row(table, [$"of {TruthNames.Of(kind)}: {label}", Human.Count(lookAlike.Planted), Human.Count(lookAlike.Taken)]);
            }
        }

        if (table.Rows.Count > 0) { console.Write(table); }
    }

    private static void Causes(TextWriter output, CauseScore causes)
    {
        if (causes.Planted == 0) { return; }
        output.WriteLine(
            $"Causes of {Human.Count(causes.Planted)} backruns: {Human.Count(causes.Right)} right, {Human.Count(causes.Other)} another, {Human.Count(causes.None)} none stated, "
            + $"{Human.Count(causes.Missed)} not found; {Human.Count(causes.Unplanted)} stated of other arbitrages.");
        foreach (var (tag, (planted, right)) in causes.Tags) { output.WriteLine($"  with tag {tag}: {Human.Count(right)} of {Human.Count(planted)} right"); }
    }

    private static void Cases(TextWriter output, KindScore score, int most, bool withCounts)
    {
        var name = TruthNames.Of(score.Kind);
        if (withCounts)
        {
            foreach (var ((what, reason), count) in score.MissedBy.OrderByDescending(m => m.Value))
            {
                output.WriteLine($"Missed {name}, {what}: {Human.Count(count)}, {reason}");
            }

            foreach (var ((planted, found), count) in score.Confusion)
            {
                output.WriteLine($"Planted as {name} {planted}, found as {found}: {Human.Count(count)}");
            }

            foreach (var (label, rows) in score.InventedByLabel) { output.WriteLine($"Not planted as {name}, {label}: {Human.Count(rows)}"); }
        }

        foreach (var missed in score.Missed.Take(most))
        {
            var evasions = missed.Entry.Evasions.Count == 0 ? "" : $" ({string.Join(", ", missed.Entry.Evasions)})";
            output.WriteLine($"  missed: {missed.Run} {missed.Entry.Id} {missed.Entry.Class}{evasions}, slot {missed.Entry.Slot}, {missed.Entry.Signature}: {missed.Reason}");
        }

        foreach (var invented in score.Invented.Take(most))
        {
            output.WriteLine($"  not planted: {invented.Run} {name} {invented.Finding.Class}, slot {invented.Finding.Slot}, {invented.Signature}: {invented.Label}");
        }
    }

    private static string[] Counts(int planted, int found, double? recall, int stated, double? precision) =>
        [Human.Count(planted), Human.Count(found), Share(recall), Human.Count(stated), Share(precision)];

    /// <summary>Of the net where the truth tells it, else of the gross.</summary>
    private static string[] Money(GroupScore group)
    {
        var profit = group.Net.Count > 0 ? group.Net : group.Gross;
        return [Error(profit.Median), Error(profit.P90), Share(profit.ExactShare), Error(group.Loss.Median), Error(group.Loss.P90), Share(group.Loss.ExactShare)];
    }

    private static string[] NoMoney() => ["", "", "", "", "", ""];

    private static string Share(double? value) => value is { } share ? share.ToString("0.0000", CultureInfo.InvariantCulture) : "–";

    private static string Error(double? value) => value switch
    {
        null => "–",
        0 => "0",
        < 0.000001 => "< 0.0001 %",
        { } share => (share * 100).ToString("0.####", CultureInfo.InvariantCulture) + " %",
    };

    private static IAnsiConsole ConsoleOf(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (Console.IsOutputRedirected) { console.Profile.Width = 220; }
        return console;
    }

    private static Table NewTable(string title, params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(title)}[/]")));
        foreach (var column in columns) { table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned()); }
        return table;
    }

    private static void Row(Table table, string[] cells) => table.AddRow(cells.Select(c => new Text(c)).ToArray());
}
