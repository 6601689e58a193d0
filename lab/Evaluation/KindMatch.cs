using Sluice.Schemas.Chain;

namespace Sluice.Lab.Evaluation;

/// <summary>Matches the planted entries and the findings of one kind on one chain, and adds to the kind's score.</summary>
/// <remarks>
/// Steps:
/// <list type="number">
/// <item>Each finding, in order, claims the planted rows that its keys name. A row is claimed once; a finding that claims none is invented.</item>
/// <item>Entries and findings that claimed each other form a case: mostly one of each, but one finding may cover two entries and two
/// findings one entry. Money is compared case by case, sum against sum.</item>
/// <item>What is left over: missed entries with their reason, invented rows with what they were taken from.</item>
/// </list>
/// </remarks>
internal sealed class KindMatch(
    string run, KindScore score, TruthEntry[] planted, Finding[] found, IReadOnlyList<TruthEntry> truth, PlantedPlaces places, MissReasons reasons)
{
    /// <summary>Findings of each entry, entries of each finding.</summary>
    private readonly List<int>[] _findingsOf = [.. planted.Select(_ => new List<int>(1))];

    private readonly List<int>[] _entriesOf = [.. found.Select(_ => new List<int>(1))];
    private readonly HashSet<TruthEntry> _deceived = [];
    private readonly GroupScore[][] _groups = new GroupScore[planted.Length][];
    private readonly bool _byRow = score.Kind == TruthKind.Sandwich;

    public void Score()
    {
        for (var i = 0; i < planted.Length; i++) { _groups[i] = GroupsOf(planted[i]); }
        Claim();
        for (var i = 0; i < planted.Length; i++) { ScoreEntry(i); }
        ScoreMoney();
        foreach (var entry in truth)
        {
            if (entry.Kind != TruthKind.LookAlike || !entry.LookAlikeOf.Contains(score.Kind)) { continue; }
            var lookAlike = LookAlikeOf(entry);
            lookAlike.Planted++;
            if (_deceived.Contains(entry)) { lookAlike.Taken++; }
        }
    }

    private void Claim()
    {
        // A victim may be one of two attacks: then the rows of both are claimed.
        var byKey = new Dictionary<CaseKey, List<int>>();
        for (var i = 0; i < planted.Length; i++)
        {
            foreach (var key in CaseKey.Of(planted[i]))
            {
                if (!byKey.TryGetValue(key, out var entries)) { byKey[key] = entries = new List<int>(1); }
                entries.Add(i);
            }
        }

        var claimed = new HashSet<(int Entry, CaseKey Row)>();
        for (var f = 0; f < found.Length; f++)
        {
            var finding = found[f];
            var (claims, repeats, rows) = (0, 0, 0);
            var strangers = new List<CaseKey>();
            foreach (var key in CaseKey.Of(finding))
            {
                rows++;
                if (!byKey.TryGetValue(key, out var entries))
                {
                    strangers.Add(key);
                    continue;
                }

                var isNew = false;
                foreach (var entry in entries)
                {
                    if (!claimed.Add((entry, _byRow ? key : default)) && !(!_byRow && _entriesOf[f].Contains(entry))) { continue; }
                    isNew = true;
                    if (!_entriesOf[f].Contains(entry))
                    {
                        _entriesOf[f].Add(entry);
                        _findingsOf[entry].Add(f);
                    }

                    if (_byRow) { AddRow(entry); }
                }

                if (isNew) { claims++; } else { repeats++; }
            }

            ScoreFinding(f, _byRow ? rows : 1, claims, repeats, strangers);
        }
    }

    private void AddRow(int entry)
    {
        foreach (var group in _groups[entry]) { group.RowsFound++; }
    }

    private void ScoreFinding(int f, int rows, int claims, int repeats, List<CaseKey> strangers)
    {
        var finding = found[f];
        score.Findings++;
        score.RowsStated += rows;
        var stated = Normal(finding.Class);
        var byClass = score.StatedClasses.GetValueOrDefault(stated);
        score.StatedClasses[stated] = (byClass.Stated + 1, byClass.True + (claims > 0 ? 1 : 0));
        if (claims > 0)
        {
            score.TrueFindings++;
            foreach (var group in _entriesOf[f].SelectMany(e => _groups[e]).Distinct()) { group.RowsStated += rows; }
            if (!_byRow) { return; }
            if (repeats > 0) { Invent(finding, finding.Signature, KindScore.Repeated, repeats); }
            foreach (var key in strangers) { Invent(finding, key.Signature, $"beside an attack: {places.LabelOf(key.Signature) ?? KindScore.Chance}", 1); }
            return;
        }

        score.RowsInvented += rows;
        if (repeats > 0)
        {
            Invent(finding, finding.Signature, KindScore.Repeated, rows);
        }
        else if (places.LookAlike(score.Kind, finding) is { } lookAlike)
        {
            _deceived.Add(lookAlike);
            Invent(finding, finding.Signature, $"look-alike: {lookAlike.Class}", rows);
        }
        else
        {
            Invent(finding, finding.Signature, places.LabelOf(finding), rows);
        }
    }

    private void Invent(Finding finding, Signature signature, string label, int rows)
    {
        score.InventedByLabel[label] = score.InventedByLabel.GetValueOrDefault(label) + rows;
        if (score.Invented.Count < KindScore.MostCases) { score.Invented.Add(new InventedCase(run, finding, signature, label, rows)); }
    }

    private void ScoreEntry(int e)
    {
        var entry = planted[e];
        var isFound = _findingsOf[e].Count > 0;
        var rows = _byRow ? CaseKey.Of(entry).Count() : 1;
        var otherClass = _findingsOf[e].Select(f => Normal(found[f].Class)).FirstOrDefault(c => c.Length > 0 && c != Normal(entry.Class));
        var wallets = entry.Wallets.Append(entry.Signer).ToHashSet();
        var otherActor = isFound && !_findingsOf[e].Exists(f => found[f].Actor is not { } actor || wallets.Contains(actor));
        foreach (var group in _groups[e])
        {
            group.Planted++;
            group.RowsPlanted += rows;
            if (!isFound) { continue; }
            group.Found++;
            if (!_byRow) { group.RowsFound++; }
            if (_findingsOf[e].Count > 1) { group.Split++; }
            if (otherClass is not null) { group.OtherClass++; }
            if (otherActor) { group.OtherActor++; }
        }

        if (otherClass is not null)
        {
            var pair = (Normal(entry.Class), otherClass);
            score.Confusion[pair] = score.Confusion.GetValueOrDefault(pair) + 1;
        }

        if (isFound) { return; }
        var reason = reasons.Of(entry);
        var what = entry.Evasions.Count > 0 ? string.Join(" + ", entry.Evasions) : entry.Class;
        score.MissedBy[(what, reason)] = score.MissedBy.GetValueOrDefault((what, reason)) + 1;
        if (score.Missed.Count < KindScore.MostCases) { score.Missed.Add(new MissedCase(run, entry, reason)); }
    }

    private void ScoreMoney()
    {
        var seen = new bool[planted.Length];
        var (entries, findings) = (new List<int>(), new List<int>());
        for (var e = 0; e < planted.Length; e++)
        {
            if (seen[e] || _findingsOf[e].Count == 0) { continue; }
            Gather(e, seen, entries, findings);
            MoneyScore.Add([.. entries.Select(i => planted[i])], [.. findings.Select(i => found[i])], [.. entries.SelectMany(i => _groups[i]).Distinct()]);
            entries.Clear();
            findings.Clear();
        }
    }

    /// <summary>Everything that hangs together with an entry by claims.</summary>
    private void Gather(int first, bool[] seen, List<int> entries, List<int> findings)
    {
        seen[first] = true;
        entries.Add(first);
        for (var i = 0; i < entries.Count; i++)
        {
            foreach (var f in _findingsOf[entries[i]])
            {
                if (findings.Contains(f)) { continue; }
                findings.Add(f);
                foreach (var e in _entriesOf[f])
                {
                    if (seen[e]) { continue; }
                    seen[e] = true;
                    entries.Add(e);
                }
            }
        }
    }

    private GroupScore[] GroupsOf(TruthEntry entry) =>
    [
        score.All,
        entry.Evasions.Count == 0 ? score.Plain : score.Evading,
        Named(score.Classes, entry.Class),
        .. entry.Evasions.Distinct().Select(e => Named(score.Evasions, e)),
        .. entry.Tags.Distinct().Select(t => Named(score.Tags, t)),
    ];

    private static GroupScore Named(SortedDictionary<string, GroupScore> groups, string name)
    {
        if (!groups.TryGetValue(name, out var group)) { groups[name] = group = new GroupScore(); }
        return group;
    }

    private LookAlikeScore LookAlikeOf(TruthEntry entry)
    {
        if (!score.LookAlikes.TryGetValue(entry.Class, out var lookAlike)) { score.LookAlikes[entry.Class] = lookAlike = new LookAlikeScore(); }
        return lookAlike;
    }

    private static string Normal(string? name) => name?.Replace('_', '-') ?? "";
}
