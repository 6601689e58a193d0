using System.Text.Json;
using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;

namespace Sluice.Cli.Evaluation;

/// <summary>An evaluation as one JSON object on a line.</summary>
internal static class EvaluationJson
{
    public static void Write(TextWriter output, Evaluator? evaluator, DefinitionScores? definitions, EvaluatedChains chains, IReadOnlyList<string> missed)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("type", "evaluation");
            if (chains != EvaluatedChains.None)
            {
                json.WriteNumber("slots", chains.Slots);
                json.WriteNumber("transactions", chains.Transactions);
                json.WriteNumber("seconds", Math.Round(chains.Elapsed.TotalSeconds, 3));
            }

            if (evaluator is not null) { ReportJson.WriteFields(json, evaluator); }
            if (definitions is not null)
            {
                json.WritePropertyName("definitions");
                definitions.Write(json);
            }

            json.WriteStartArray("thresholds_missed");
            foreach (var line in missed) { json.WriteStringValue(line); }
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
