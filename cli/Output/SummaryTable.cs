using System.Globalization;
using Sluice.Cli.Replay;
using Sluice.Schemas.Chain;
using Spectre.Console;

namespace Sluice.Cli.Output;

/// <summary>The summary of a run for a person.</summary>
internal static class SummaryTable
{
    private const int Top = 5;
    private const int MostMints = 8;
    private const int MostVenues = 15;

    public static void Print(ReplaySummary summary, ReplayTotals totals)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Out),
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (Console.IsOutputRedirected) { console.Profile.Width = 140; }

        var overview = NewTable("Blocks", "");
        Row(overview, "slots", Human.Count(summary.Slots) + (summary.PartialSlots > 0 ? $" ({Human.Count(summary.PartialSlots)} from single transactions)" : ""));
        Row(overview, "skipped slots", Human.Count(summary.SkippedSlots));
        Row(overview, "transactions", Human.Count(summary.Transactions));
        Row(overview, "  votes", Human.Count(summary.Votes));
        Row(overview, "  failed", Human.Count(summary.Failed));
        Row(overview, "fees", Human.Sol(summary.FeesLamports));
        Row(overview, "tips", $"{Human.Sol(summary.TipsLamports)} in {Human.Count(summary.TippedTransactions)} transactions");
        Row(overview, "data quality", summary.Quality is { } quality
            ? $"{Human.Percent(quality)} of {Human.Count(summary.QualityChecked)} whole blocks pass every check"
            : "no whole block to check");
        Row(overview, "speed", string.Create(CultureInfo.InvariantCulture,
            $"{summary.Transactions / Math.Max(totals.Elapsed.TotalSeconds, 1e-6):N0} tx/s, {Human.Bytes(totals.Bytes)} in {totals.Elapsed.TotalSeconds:0.0} s"));
        if (totals.AlreadyStoredSlots > 0) { Row(overview, summary.HasFindings ? "already stored" : "already written", Human.Count(totals.AlreadyStoredSlots) + " slots, not written again"); }
        if (totals.Duplicates > 0) { Row(overview, "duplicates", Human.Count(totals.Duplicates) + " blocks that came earlier in this run, taken once"); }
        if (totals.LeftOut > 0) { Row(overview, "left out", $"{Human.Count(totals.LeftOut)} (see the messages above and {(summary.HasFindings ? "the table dead_letters" : "the topic sluice.dead")})"); }
        console.Write(overview);

        var venues = NewTable("Swaps by venue", "swaps");
        var venuesBySwaps = summary.SwapsByVenue.OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).ToArray();
        foreach (var (venue, count) in venuesBySwaps.Take(MostVenues)) { Row(venues, venue, Human.Count(count)); }

        if (summary.SwapsByVenue.Count > MostVenues)
        {
            var rest = venuesBySwaps.Skip(MostVenues).Sum(v => v.Value);
            Row(venues, $"{summary.SwapsByVenue.Count - MostVenues} more venues", Human.Count(rest));
        }

        Row(venues, "all", Human.Count(summary.Swaps));
        console.Write(venues);

        if (summary.HasFindings)
        {
            var findings = NewTable("Arbitrages by class", "found");
            foreach (var (name, count) in summary.FindingsByClass) { Row(findings, name, Human.Count(count)); }
            Row(findings, "all", Human.Count(summary.Findings));
            console.Write(findings);
            Others(console, summary.Others);
        }

        if (summary.GrossByMint.Count > 0)
        {
            var value = NewTable("Value extracted, before fees and tips", "");
            var mints = summary.GrossByMint.OrderBy(p => Rank(p.Key)).ThenBy(p => p.Key).ToArray();
            foreach (var (mint, gross) in mints.Take(MostMints)) { Row(value, mint.ToString(), Human.Token(mint, gross)); }
            if (mints.Length > MostMints) { Row(value, $"{mints.Length - MostMints} more tokens", "see the table arbitrages"); }
            console.Write(value);
        }

        var pools = summary.HasFindings ? NewTable("Top pools", "venue", "swaps", "arbitrages") : NewTable("Top pools", "venue", "swaps");
        foreach (var (pool, tally) in summary.TopPools(Top))
        {
            string[] cells = [pool.ToString(), tally.Venue ?? "", Human.Count(tally.Swaps), Human.Count(tally.Arbitrages)];
            Row(pools, summary.HasFindings ? cells : cells[..^1]);
        }

        console.Write(pools);
        if (summary.Findings > 0)
        {
            var searchers = NewTable("Top searchers", "arbitrages", "gross in SOL", "tips");
            foreach (var (signer, tally) in summary.TopSearchers(Top))
            {
                Row(searchers, signer.ToString(), Human.Count(tally.Arbitrages), Human.Sol(tally.GrossLamports), Human.Sol(tally.TipsLamports));
            }

            console.Write(searchers);
        }

        if (summary.RejectedByRule.Count > 0)
        {
            var rejected = NewTable("Turned down, by rule", "candidates");
            foreach (var (rule, count) in summary.RejectedByRule) { Row(rejected, rule, Human.Count(count)); }
            console.Write(rejected);
        }
    }

    private static void Others(IAnsiConsole console, FindingTally tally)
    {
        var table = NewTable("Other findings", "found");
        foreach (var kind in FindingTally.Kinds)
        {
            var name = kind.Replace('_', ' ');
            var counts = tally.Of(kind);
            if (counts.Count == 0) { Row(table, name, "0"); }
            foreach (var (of, count) in counts) { Row(table, $"{name}: {of.Replace('_', ' ')}", Human.Count(count)); }
        }

        if (tally.Of("sandwiches").Count > 0)
        {
            Row(table, "victims of sandwiches", Human.Count(tally.Victims));
            Row(table, "  their loss, where known", Human.Sol(tally.VictimLossLamports));
            Row(table, "  net gain of the attackers, where known", Human.Sol(tally.SandwichNetLamports));
        }

        if (tally.BurntFeesLamports > 0) { Row(table, "fees burnt by failed attempts", Human.Sol(tally.BurntFeesLamports)); }
        console.Write(table);
    }

    /// <summary>SOL and the dollars first: their sums say something to everybody.</summary>
    private static int Rank(in Pubkey mint) =>
        mint == WellKnown.WrappedSol ? 0 : mint == WellKnown.Usdc ? 1 : mint == WellKnown.Usdt ? 2 : 3;

    private static Table NewTable(string title, params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(title)}[/]")));
        foreach (var column in columns)
        {
            var header = new TableColumn(Markup.Escape(column));
            table.AddColumn(column == "venue" ? header : header.RightAligned());
        }

        return table;
    }

    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(c => new Text(c)).ToArray());
}
