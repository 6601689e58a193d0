using System.Text.Json;
using Sluice.Lab.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Evaluation;

/// <summary>Reads findings of any detector, one JSON object a line.</summary>
/// <remarks>
/// The lines of <c>sluice replay --json</c> are such; what another detector must write at least is the type and the key, see
/// docs/benchmark.md. Lines of types that are not scored (bundles, the summary) are passed over; a line without a type is an error.
/// </remarks>
public static class FindingsReader
{
    private const string Expected =
        "findings are one JSON object a line with \"type\" and the key of its type, as 'sluice replay --json' prints them; docs/benchmark.md has the fields";

    private static readonly string[] Passed = ["summary", "bundle", "bundles", "rejection"];

    /// <summary>Reads a whole file; <c>-</c> is standard input.</summary>
    /// <exception cref="InvalidDataException">A line is none; names it and says what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DetectorOutput ReadFile(string path)
    {
        var output = new DetectorOutput();
        if (path == "-")
        {
            Read(Console.In, "standard input", output);
            return output;
        }

        using var file = new StreamReader(path);
        Read(file, path, output);
        return output;
    }

    /// <summary>Adds the findings of all lines.</summary>
    public static void Read(TextReader input, string name, DetectorOutput output)
    {
        foreach (var read in LineFields.ReadLines(input, name, Expected, ReadLine))
        {
            if (read is Finding finding) { output.Findings.Add(finding); }
            else if (read is RoundTripSeen trip) { output.RoundTrips.Add(trip); }
        }
    }

    private static object? ReadLine(LineFields line)
    {
        // A finding that was taken back is none.
        if (line.Flag("retracted")) { return null; }
        var type = line.RequiredText("type").Replace('-', '_');
        return type switch
        {
            "arbitrage" => ReadSingle(line, TruthKind.Arbitrage),
            "sandwich" => ReadSandwich(line),
            "jit" => ReadJit(line),
            "liquidation" => ReadSingle(line, TruthKind.Liquidation),
            "failed_attempt" => ReadSingle(line, TruthKind.FailedAttempt),
            "round_trip" => new RoundTripSeen(
                line.Text("class") ?? "", line.Text("failed_rule") ?? "", [.. line.Texts("signatures").Select(s => LineFields.SignatureOf(s, "signatures"))]),
            _ when Passed.Contains(type) => null,
            _ => throw new FormatException($"\"{type}\" is no type that is known (arbitrage, sandwich, jit, liquidation, failed_attempt, round_trip)"),
        };
    }

    private static Finding ReadSingle(LineFields line, TruthKind kind)
    {
        var signature = line.Signature("signature")
            ?? line.Texts("signatures").Select(s => (Signature?)LineFields.SignatureOf(s, "signatures")).FirstOrDefault()
            ?? throw new FormatException("\"signature\" is missing");
        return Common(line, kind) with
        {
            Class = line.Text("class") ?? line.Text("protocol"),
            Signature = signature,
            Obligation = line.Key("obligation"),
            Transactions = [signature],
            Cause = line.Signature("caused_by_signature"),
        };
    }

    private static Finding ReadSandwich(LineFields line)
    {
        var victims = line.List("victims").Select(ReadVictim).ToArray();
        if (victims.Length == 0) { throw new FormatException("\"victims\" is missing or empty"); }
        return Common(line, TruthKind.Sandwich) with
        {
            Class = line.Text("class"),
            Signature = victims[0].Signature,
            Victims = victims,
            Transactions = [.. SignaturesOf(line, "legs")],
            ProfitMint = line.Key("profit_mint") ?? line.Key("mint_in"),
        };
    }

    private static Finding ReadJit(LineFields line)
    {
        var trades = line.List("trades").Concat(line.List("victims")).Select(ReadVictim).ToArray();
        if (trades.Length == 0) { throw new FormatException("\"trades\" is missing or empty"); }
        return Common(line, TruthKind.Jit) with
        {
            Class = line.Text("class") ?? line.Text("venue"),
            Signature = trades[0].Signature,
            Victims = trades,
            Transactions = [.. SignaturesOf(line, "changes")],
        };
    }

    private static Finding Common(LineFields line, TruthKind kind) => new()
    {
        Kind = kind,
        Slot = line.Unsigned("slot", 0),
        Signature = default,
        Actor = line.Key("signer") ?? line.Key("attacker") ?? line.Key("provider"),
        ProfitMint = line.Key("profit_mint"),
        Gross = line.Number("gross"),
        Net = line.Number("net"),
    };

    /// <summary>A signature alone, or an object with one and the loss.</summary>
    private static FindingVictim ReadVictim(JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.String) { return new FindingVictim(LineFields.SignatureOf(item.GetString()!, "victims")); }
        if (item.ValueKind != JsonValueKind.Object) { throw new FormatException("a victim is neither a signature nor an object with one"); }
        var victim = new LineFields(item);
        var point = victim.Number("loss");
        return new FindingVictim(victim.RequiredSignature("signature"), point ?? victim.Number("loss_low"), point ?? victim.Number("loss_high"));
    }

    private static IEnumerable<Signature> SignaturesOf(LineFields line, string list) => line.List(list).Select(item => item.ValueKind switch
    {
        JsonValueKind.String => LineFields.SignatureOf(item.GetString()!, list),
        JsonValueKind.Object => new LineFields(item).RequiredSignature("signature"),
        _ => throw new FormatException($"\"{list}\" holds neither signatures nor objects with one"),
    });
}
