using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Cli.Replay;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>Clean simulated blocks pass every check of the chain's arithmetic; a block in which one thing was changed does not, and the check says which.</summary>
public sealed class Tampering
{
    private static readonly Lazy<string[]> Clean = new(() =>
    {
        var (slots, _) = SimulatedBlocks.Run(SimulatorOptions.ForEvaluation(31, 12));
        return [.. slots.Where(s => s.Block is not null).Select(s => s.Block!.Value.GetRawText())];
    });

    /// <summary>What is changed, how, and the check that must name it.</summary>
    private static readonly Dictionary<string, (Action<JsonObject> Change, string Check)> Changes = new()
    {
        ["a fee"] = (b => Add(Plain(b)["meta"]!, "fee", 1), "fee formula"),
        ["a fee and the balances with it"] = (b =>
        {
            var meta = Plain(b)["meta"]!;
            Add(meta, "fee", 7);
            Add(meta["postBalances"]!, 0, -7);
        }, "fee formula"),
        ["a vote's fee"] = (b => Add(Transactions(b).First(IsVote)["meta"]!, "fee", 5_000), "fee formula"),
        ["a lamport balance after"] = (b => Add(Plain(b)["meta"]!["postBalances"]!, 1, 1), "lamports"),
        ["a lamport balance before"] = (b => Add(Plain(b)["meta"]!["preBalances"]!, 0, -1), "lamports"),
        ["a token balance after"] = (b => AddTokens(Trade(b)["meta"]!["postTokenBalances"]!, 1), "tokens"),
        ["a token balance before"] = (b => AddTokens(Trade(b)["meta"]!["preTokenBalances"]!, 1), "tokens"),
        ["two token balances against each other"] = (b =>
        {
            var balances = Trade(b)["meta"]!["postTokenBalances"]!.AsArray();
            var two = balances.Where(IsPlainToken).GroupBy(Mint).First(g => g.Count() > 1).Take(2).ToArray();
            AddTokens(two[0]!, 1_000);
            AddTokens(two[1]!, -1_000);
        }, "unexplained-balance"),
        ["truncated inner instructions"] = (b =>
        {
            foreach (var tx in Transactions(b).Where(IsTrade))
            {
                foreach (var inner in tx["meta"]!["innerInstructions"]!.AsArray())
                {
                    // The last of them is often an event, which moves nothing.
                    var all = inner!["instructions"]!.AsArray();
                    for (var left = all.Count / 2; all.Count > left;) { all.RemoveAt(all.Count - 1); }
                }
            }
        }, "unexplained-balance"),
        ["the leader's reward"] = (b => Add(b["rewards"]!.AsArray().Single(r => r!["rewardType"]!.GetValue<string>() == "Fee")!, "lamports", 1), "reward"),
        ["a missing transaction"] = (b => b["transactions"]!.AsArray().Remove(Plain(b)), "reward"),
        ["a missing vote"] = (b => b["transactions"]!.AsArray().Remove(Transactions(b).First(IsVote)), "reward"),
        ["a transaction twice"] = (b => b["transactions"]!.AsArray().Add(Plain(b).DeepClone()), "duplicate-signature"),
        ["a signature of another"] = (b =>
        {
            var two = Transactions(b).Where(t => !IsVote(t)).Take(2).ToArray();
            two[1]["transaction"]!["signatures"]![0] = two[0]["transaction"]!["signatures"]![0]!.GetValue<string>();
        }, "duplicate-signature"),
        ["an account beyond the keys"] = (b => Trade(b)["transaction"]!["message"]!["instructions"]!.AsArray()[^1]!["accounts"]![0] = 250, "account-outside-keys"),
        ["a token balance of an account beyond the keys"] = (b => Trade(b)["meta"]!["postTokenBalances"]![0]!["accountIndex"] = 250, "account-outside-keys"),
        ["inner instructions of an instruction that is not there"] = (b => Trade(b)["meta"]!["innerInstructions"]![0]!["index"] = 99, "inner-instruction-outside"),
        ["a balance too few"] = (b => Plain(b)["meta"]!["postBalances"]!.AsArray().RemoveAt(1), "balances-mismatch"),
        ["an illegible signature"] = (b => Plain(b)["transaction"]!["signatures"]![0] = "0OIl", "bad-signature"),
        ["the parent's hash"] = (b => b["previousBlockhash"] = b["blockhash"]!.GetValue<string>(), "parent"),
        ["the parent's slot"] = (b => Add(b, "parentSlot", -1), "parent"),
        ["a parent that comes after"] = (b => Add(b, "parentSlot", 1_000), "parent"),
    };

    public static TheoryData<string> Names { get; } = [.. Changes.Keys];

    [Fact]
    public void Clean_blocks_pass_every_check()
    {
        Assert.True(Clean.Value.Length > 8);
        var blocks = Score(Clean.Value);
        Assert.All(blocks, b => Assert.Equal((true, ""), (b.Passed, string.Join(", ", b.Failed))));
        Assert.All(blocks.Skip(1), b => Assert.Equal(ParentCheck.Continuous, b.Parent));
        Assert.All(blocks, b => Assert.True(b is { Fees: > 0, Lamports: > 0, Tokens: > 0, Rewards: 1 }));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_change_is_noticed_and_named(string name)
    {
        var (change, check) = Changes[name];
        var texts = Clean.Value.ToArray();
        var at = texts.Length / 2;
        var block = JsonNode.Parse(texts[at])!.AsObject();
        change(block);
        texts[at] = block.ToJsonString();
        var scores = Score(texts);
        Assert.False(scores[at].Passed, $"{name}: the block passes");
        Assert.Contains(check, scores[at].Failed);
        Assert.True(scores.Count(s => s.Passed) < scores.Count, "the share of blocks that pass has not fallen");
    }

    private sealed record Result(bool Passed, string[] Failed, ParentCheck Parent, int Fees, int Lamports, int Tokens, int Rewards);

    /// <summary>Reads blocks one after the other as a replay does.</summary>
    private static List<Result> Score(string[] texts)
    {
        var (reader, decoder, raw, ledger) = (new BlockReader(), new BlockDecoder(), new RawBlock(), new SlotLedger(wasTaken: null));
        var results = new List<Result>();
        ulong slot = 377_136_000;
        foreach (var text in texts)
        {
            // Slot numbers are not in blocks: the one after the parent that the untouched block names.
            slot = Math.Max(slot, JsonNode.Parse(Clean.Value[results.Count])!["parentSlot"]!.GetValue<ulong>() + 1);
            var block = default(Block);
            if (reader.Read(Encoding.UTF8.GetBytes(text), new DocumentOrigin("simulated", slot++), raw) is { IsRead: false } result)
            {
                results.Add(new Result(false, [$"{result.Status}", "parent"], ParentCheck.Broken, 0, 0, 0, 0));
                continue;
            }

            decoder.Decode(raw, ref block);
            block.Quality.Parent = ledger.CheckParent(block);
            ledger.Enter(block);
            var q = block.Quality;
            string[] failed =
            [
                .. q.FeeFormulaFailed > 0 ? ["fee formula"] : Array.Empty<string>(), .. q.LamportsFailed > 0 ? ["lamports"] : Array.Empty<string>(),
                .. q.TokensFailed > 0 ? ["tokens"] : Array.Empty<string>(), .. q.RewardFailed > 0 ? ["reward"] : Array.Empty<string>(),
                .. q.Parent == ParentCheck.Broken ? ["parent"] : Array.Empty<string>(),
                .. block.Rejections.Span.ToArray().Where(r => r.Stage == "read" || r.Reason is "duplicate-signature" or "unexplained-balance" or "broken-transaction").Select(r => r.Reason),
            ];
            results.Add(new Result(BlockRows.Passed(block), failed, q.Parent, q.FeeFormulaChecked, q.LamportsChecked, q.TokensChecked, q.RewardChecked));
        }

        return results;
    }

    private static IEnumerable<JsonObject> Transactions(JsonObject block) => block["transactions"]!.AsArray().Select(t => t!.AsObject());

    private static JsonObject Plain(JsonObject block) => Transactions(block).First(t => !IsVote(t) && t["meta"]!["err"] is null && t["meta"]!["postBalances"]!.AsArray().Count > 2);

    private static JsonObject Trade(JsonObject block) => Transactions(block).First(IsTrade);

    private static bool IsVote(JsonObject tx) => tx["transaction"]!["message"]!["accountKeys"]!.AsArray().Any(k => k!.GetValue<string>().StartsWith("Vote111", StringComparison.Ordinal));

    /// <summary>A landed transaction that only moves plain tokens, of one mint in two accounts at least, and creates or destroys none.</summary>
    private static bool IsTrade(JsonObject tx) =>
        tx["meta"]!["err"] is null && tx["meta"]!["innerInstructions"]!.AsArray().Count > 0
        && tx["meta"]!["innerInstructions"]!.AsArray().All(i => i!["instructions"]!.AsArray()[^1] is not null)
        && tx["meta"]!["logMessages"]!.AsArray().All(l => !l!.GetValue<string>().Contains("Instruction: Burn", StringComparison.Ordinal) && !l.GetValue<string>().Contains("Instruction: MintTo", StringComparison.Ordinal))
        && tx["meta"]!["logMessages"]!.AsArray().Any(l => l!.GetValue<string>().Contains("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8 success", StringComparison.Ordinal))
        && tx["meta"]!["postTokenBalances"]!.AsArray().Where(IsPlainToken).GroupBy(Mint).Any(g => g.Count() > 1)
        && IsPlainToken(tx["meta"]!["postTokenBalances"]![0]);

    private static bool IsPlainToken(JsonNode? balance) =>
        balance!["programId"]!.GetValue<string>().StartsWith("Tokenkeg", StringComparison.Ordinal) && !Mint(balance).StartsWith("So1111", StringComparison.Ordinal);

    private static string Mint(JsonNode? balance) => balance!["mint"]!.GetValue<string>();

    private static void AddTokens(JsonNode balances, long difference)
    {
        var of = balances is JsonArray list ? list.First(IsPlainToken)! : balances;
        var amount = of["uiTokenAmount"]!;
        amount["amount"] = (long.Parse(amount["amount"]!.GetValue<string>(), CultureInfo.InvariantCulture) + difference).ToString(CultureInfo.InvariantCulture);
    }

    private static void Add(JsonNode parent, string name, long difference) => parent[name] = parent[name]!.GetValue<long>() + difference;

    private static void Add(JsonNode parent, int index, long difference) => parent[index] = parent[index]!.GetValue<long>() + difference;
}
