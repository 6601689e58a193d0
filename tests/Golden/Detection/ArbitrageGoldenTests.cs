using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Tests.Golden.Detection;

/// <summary>
/// Real blocks and transactions through reader, decoder and detector. Goldens in <c>tests/Golden/arbitrage</c> hold the findings, and of
/// the rejected every transaction with two swaps or more; <c>UPDATE_GOLDEN=1</c> writes them anew. Labels beside the data are the truth.
/// </summary>
public class ArbitrageGoldenTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 1 };

    public static TheoryData<string> Inputs { get; } =
    [
        "blocks/slot_254170887.base64.json.gz",
        "blocks/slot_133447494.json.gz",
        .. Listed("arbitrage").Concat(Listed("not_arbitrage")).Select(s => $"transactions/jupiter-v6/{s}.json"),
        .. VolumeBot(),
    ];

    [RealDataTheory]
    [MemberData(nameof(Inputs))]
    public void Verdicts_are_as_reviewed(string input)
    {
        var file = Path.Combine(RealData.RepositoryRoot, "tests", "Golden", "arbitrage", GoldenName(input) + ".expected.json");
        var actual = Describe(input);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") { File.WriteAllText(file, actual); }
        Assert.Equal(File.ReadAllText(file), actual);
    }

    [RealDataTheory]
    [InlineData("blocks/slot_254170887.base64.json.gz", "labels/block_254170887.json")]
    [InlineData("blocks/slot_133447494.json.gz", "labels/block_133447494.json")]
    public void Labelled_arbitrages_are_found_with_their_pools_and_profits_and_nothing_else(string input, string labels)
    {
        var found = Judge(input).Where(j => j.Verdict == ArbitrageVerdict.Arbitrage).ToDictionary(j => j.Signature);
        using var truth = JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf(labels.Split('/'))));
        var labelled = truth.RootElement.GetProperty("atomic_arbitrages").EnumerateArray().ToList();
        Assert.Equal(labelled.Select(l => l.GetProperty("signature").GetString()!).Order(), found.Keys.Order());
        foreach (var label in labelled)
        {
            var (_, _, _, finding, vaults) = found[label.GetProperty("signature").GetString()!];
            Assert.Equal(label.GetProperty("signer").GetString(), finding.Signer.ToString());
            Assert.Equal(label.GetProperty("fee_lamports").GetUInt64(), finding.FeeLamports);
            Assert.Equal(label.GetProperty("jito_tip_lamports").GetUInt64(), finding.TipLamports);
            Assert.Equal(
                label.GetProperty("profit_by_mint_raw").EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)).Order(),
                finding.OtherProfits.Span.ToArray().Select(o => (o.Mint.ToString(), o.Amount.ToString())).Append((finding.ProfitMint.ToString(), finding.Gross.ToString())).Order());
            var pools = finding.Pools.Span.ToArray().Select(p => p.ToString()).ToHashSet();
            foreach (var leg in label.GetProperty("amm_legs").EnumerateArray())
            {
                // Where a program has several accounts of a pool, the labels name now the pool, now a vault or a share of one.
                var isVault = leg.GetProperty("vault_deltas").EnumerateArray().Any(v => vaults.Contains(v.GetProperty("vault").GetString()!));
                Assert.True(isVault || pools.Contains(leg.GetProperty("pool").GetString()!), leg.ToString());
            }
        }
    }

    [RealDataFact]
    public void Labelled_transactions_are_arbitrages_or_only_look_so()
    {
        foreach (var signature in Listed("arbitrage")) { Assert.Equal(ArbitrageVerdict.Arbitrage, Single(signature).Verdict); }
        foreach (var signature in Listed("not_arbitrage")) { Assert.NotEqual(ArbitrageVerdict.Arbitrage, Single(signature).Verdict); }
        var finding = Single("GCeRpjvfNXZB6BJFQChjpKycdKpRwQGS1BSwUvLjVpJj6NgdzzQACAWt89ZEfEXjeRSqzhDX8CHtzpMUnfJ7VMJ").Finding;
        Assert.Equal((14_037, 7_500UL, 5_189UL), (finding.Gross, finding.TipLamports, finding.FeeLamports));

        static Judged Single(string signature) => Judge($"transactions/jupiter-v6/{signature}.json").Single();
    }

    [RealDataFact]
    public void No_user_transaction_of_the_collection_is_an_arbitrage()
    {
        var labelled = Listed("arbitrage").ToHashSet();
        var files = Directory.GetFiles(RealData.PathOf("transactions"), "*.json", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}expected{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        var found = files.SelectMany(f => Judge(Path.GetRelativePath(RealData.PathOf(), f)))
            .Where(j => j.Verdict == ArbitrageVerdict.Arbitrage).Select(j => j.Signature);
        Assert.Equal(labelled, found.ToHashSet());
    }

    private static string[] Listed(string kind)
    {
        if (RealData.Folder is null) { return []; }
        using var labels = JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf("labels", "transactions_arbitrage.json")));
        return [.. labels.RootElement.GetProperty(kind).EnumerateArray().Select(e => e.GetProperty("signature").GetString()!)];
    }

    private static IEnumerable<string> VolumeBot() => RealData.Folder is null
        ? []
        : Directory.GetFiles(RealData.PathOf("transactions", "hard-negative-volume-bot")).Order(StringComparer.Ordinal)
            .Select(f => "transactions/hard-negative-volume-bot/" + Path.GetFileName(f));

    private static string GoldenName(string input)
    {
        var name = Path.GetFileName(input);
        return name.StartsWith("slot_", StringComparison.Ordinal) ? name[5..14] : Path.GetFileNameWithoutExtension(name);
    }

    private static List<Judged> Judge(string input)
    {
        var bytes = File.ReadAllBytes(RealData.PathOf(input.Split('/')));
        if (input.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var unzipped = new MemoryStream();
            using (var zipped = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)) { zipped.CopyTo(unzipped); }
            bytes = unzipped.ToArray();
        }

        ulong? slot = input.StartsWith("blocks", StringComparison.Ordinal) ? ulong.Parse(GoldenName(input)) : null;
        var raw = new RawBlock();
        Assert.Equal(ReadStatus.Read, new BlockReader().Read(bytes, new DocumentOrigin(input, slot), raw).Status);
        var blocks = new RecordList<Block>();
        ref var block = ref blocks.Add();
        new BlockDecoder().Decode(raw, ref block);
        var context = new BlockContext();
        context.Begin(block);
        var detector = new ArbitrageDetector();
        var causes = new CauseFinder(new CauseRules());
        causes.Begin(block);
        var prices = new GroupPrices().Take(block);
        var judged = new List<Judged>();
        var transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            ref readonly var tx = ref transactions[i];
            var findings = new RecordList<Finding>();
            ref var finding = ref findings.Add();
            var verdict = detector.Judge(tx, context, ref finding);
            if (verdict == ArbitrageVerdict.Arbitrage)
            {
                causes.Find(i, ref finding);
                ArbitrageValues.Write(prices, ref finding);
            }

            var vaults = tx.Swaps.Span.ToArray().SelectMany(s => new[] { s.VaultIn.ToString(), s.VaultOut.ToString() });
            judged.Add(new Judged(tx.Signature.ToString(), verdict, tx.Swaps.Count, finding, [.. vaults]));
        }

        return judged;
    }

    private static string Describe(string input)
    {
        var judged = Judge(input);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("input", input);
            json.WriteStartArray("findings");
            foreach (var j in judged.Where(j => j.Verdict == ArbitrageVerdict.Arbitrage))
            {
                var finding = j.Finding;
                ArbitrageJson.Write(json, in finding);
            }

            json.WriteEndArray();
            json.WriteStartObject("rejected");
            foreach (var rule in judged.Where(j => j.Verdict is not (ArbitrageVerdict.Arbitrage or ArbitrageVerdict.NoSwap)).GroupBy(j => j.Verdict).OrderBy(g => g.Key))
            {
                json.WriteNumber(ArbitrageRuleNames.NameOf(rule.Key), rule.Count());
            }

            json.WriteEndObject();
            json.WriteStartObject("rejected_transactions");
            foreach (var j in judged.Where(j => j.Verdict != ArbitrageVerdict.Arbitrage && j.Swaps >= 2))
            {
                json.WriteString(j.Signature, ArbitrageRuleNames.NameOf(j.Verdict));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return JsonSerializer.Serialize(document.RootElement, Indented) + "\n";
    }

    private sealed record Judged(string Signature, ArbitrageVerdict Verdict, int Swaps, Finding Finding, HashSet<string> Vaults);
}
