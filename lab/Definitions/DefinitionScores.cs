using System.Text.Json;
using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Definitions;

/// <summary>What each definition found, held against the truth where there is one, and against the findings of the detector.</summary>
public sealed class DefinitionScores
{
    private readonly List<Row> _rows = [];

    /// <summary>Figures of one definition.</summary>
    public sealed class Row(string name, string source)
    {
        public string Name => name;

        public string Source => source;

        /// <summary>Against the truth; null where no chain had one.</summary>
        public Evaluator? Truth { get; internal set; }

        /// <summary>Findings.</summary>
        public long Sandwiches { get; internal set; }

        /// <summary>Different transactions named as victims.</summary>
        public long Victims { get; internal set; }

        /// <summary>Of them, those that the detector names as well.</summary>
        public long Shared { get; internal set; }
    }

    /// <summary>The detector first, then the definitions.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Adds one chain.</summary>
    /// <param name="run">Its name.</param>
    /// <param name="truth">What was planted; null where nobody knows.</param>
    /// <param name="output">The detector's findings.</param>
    /// <param name="definitions">The definitions, after the same blocks.</param>
    public void Add(string run, IReadOnlyList<TruthEntry>? truth, DetectorOutput output, DefinitionSet definitions)
    {
        if (_rows.Count == 0)
        {
            _rows.Add(new Row("sluice", "docs/detections.md"));
            _rows.AddRange(definitions.Definitions.Select(d => new Row(d.Name, d.Source)));
        }

        var ours = output.Findings.Where(f => f.Kind == TruthKind.Sandwich).ToArray();
        var victims = VictimsOf(ours);
        Add(_rows[0], run, truth, ours, victims);
        for (var i = 1; i < _rows.Count; i++) { Add(_rows[i], run, truth, definitions.FoundBy(i - 1), victims); }
    }

    /// <summary>Writes a list of the definitions.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var row in _rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Name);
            json.WriteString("source", row.Source);
            json.WriteNumber("sandwiches", row.Sandwiches);
            json.WriteNumber("victims", row.Victims);
            json.WriteNumber("victims_shared_with_sluice", row.Shared);
            if (row.Truth is { } truth)
            {
                var score = truth[TruthKind.Sandwich];
                json.WriteNumber("planted", score.All.Planted);
                json.WriteNumber("found", score.All.Found);
                json.WriteNumber("victims_planted", score.All.RowsPlanted);
                json.WriteNumber("victims_found", score.All.RowsFound);
                json.WriteNumber("victims_stated", score.RowsStated);
                json.WriteNumber("look_alikes_taken", score.LookAlikes.Values.Sum(l => l.Taken));
                json.WriteNumber("look_alikes_planted", score.LookAlikes.Values.Sum(l => l.Planted));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Add(Row row, string run, IReadOnlyList<TruthEntry>? truth, IReadOnlyCollection<Finding> findings, HashSet<Signature> ours)
    {
        row.Sandwiches += findings.Count;
        var victims = VictimsOf(findings);
        row.Victims += victims.Count;
        row.Shared += victims.Count(ours.Contains);
        if (truth is null) { return; }
        var output = new DetectorOutput();
        output.Findings.AddRange(findings);
        (row.Truth ??= new Evaluator()).Add(run, truth, output);
    }

    private static HashSet<Signature> VictimsOf(IEnumerable<Finding> findings) => [.. findings.SelectMany(f => f.Victims).Select(v => v.Signature)];
}
