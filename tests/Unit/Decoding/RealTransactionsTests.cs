using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>
/// Every real transaction of the data set against <c>tests/Golden/VENUE/SIGNATURE.expected.json</c>, where VENUE is that of its first
/// swap. The files were reviewed against the notes beside the transactions and an independent parser: see docs/venues.md.
/// </summary>
public sealed class RealTransactionsTests
{
    internal static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [RealDataFact]
    public void Every_transaction_decodes_to_its_golden()
    {
        var golden = Path.Combine(RealData.RepositoryRoot, "tests", "Golden");
        var update = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";
        var wrong = new List<string>();
        var seen = 0;
        foreach (var file in Directory.GetFiles(RealData.PathOf("transactions"), "*.json", SearchOption.AllDirectories))
        {
            if (file.Contains(Path.DirectorySeparatorChar + "expected" + Path.DirectorySeparatorChar)) { continue; }
            var block = Decode(file);
            var text = Describe(block).ToJsonString(Indented) + "\n";
            ref var tx = ref block.Transactions[0];
            var venue = tx.Swaps.Count > 0 ? tx.Swaps[0].Venue : "no-swap";
            var path = Path.Combine(golden, venue, tx.Signature + ".expected.json");
            seen++;
            if (update)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text);
            }
            else if (!File.Exists(path) || File.ReadAllText(path).ReplaceLineEndings("\n") != text)
            {
                wrong.Add($"{venue}/{tx.Signature}");
            }
        }

        Assert.Empty(wrong);
        var venues = ProgramCatalog.Default.Files.Select(f => f.Name).Append("no-swap").Select(n => Path.Combine(golden, n)).Where(Directory.Exists);
        Assert.Equal(seen, venues.Sum(v => Directory.GetFiles(v, "*.expected.json").Length));
    }

    [RealDataFact]
    public void The_chains_own_arithmetic_holds_on_every_transaction()
    {
        foreach (var file in Directory.GetFiles(RealData.PathOf("transactions"), "*.json", SearchOption.AllDirectories))
        {
            if (file.Contains(Path.DirectorySeparatorChar + "expected" + Path.DirectorySeparatorChar)) { continue; }
            var q = Decode(file).Quality;
            Assert.Equal((1, 0, 1, 0, 0), (q.FeeFormulaChecked, q.FeeFormulaFailed, q.LamportsChecked, q.LamportsFailed, q.TokensFailed));
            Assert.Equal((0, 0), (q.DecodeRejected, q.DriftedSwaps));
        }
    }

    /// <summary>
    /// Jupiter's own parser reads the events of the route. They are the same legs; amounts differ where an event tells what the router
    /// offered rather than what moved, each of which docs/venues.md explains.
    /// </summary>
    [RealDataFact]
    public void Every_leg_that_Jupiters_parser_expects_is_there()
    {
        // Signature, leg: rounding to lots (phoenix), a Token-2022 fee on the way (raydium-cpmm to fluxbeam), the input before rounding (saros-amm).
        string[] otherAmounts = ["5SnGKXqN saros-amm", "5SnGKXqN phoenix", "GCeRpjvf raydium-cpmm", "GCeRpjvf fluxbeam"];
        var legs = 0;
        foreach (var file in Directory.GetFiles(RealData.PathOf("transactions", "jupiter-v6", "expected"), "*.json"))
        {
            var signature = Path.GetFileName(file).Split('.')[0];
            var block = Decode(RealData.PathOf("transactions", "jupiter-v6", signature + ".json"));
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var events = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("parsedEvents");
            var swaps = block.Transactions[0].Swaps.Span.ToArray().ToList();
            foreach (var leg in events.EnumerateArray().Where(e => e.GetProperty("name").GetString() == "ParsedSwapEvent").Select(e => e.GetProperty("data")))
            {
                string Text(string name) => leg.GetProperty(name).GetString()!;
                var at = swaps.FindIndex(s => s.Program.ToString() == Text("amm") && s.MintIn.ToString() == Text("inputMint")
                    && s.MintOut.ToString() == Text("outputMint")
                    && ((s.AmountIn.ToString() == Text("inputAmount") && s.AmountOut.ToString() == Text("outputAmount")) || otherAmounts.Contains($"{signature[..8]} {s.Venue}")));
                Assert.True(at >= 0, $"{signature} {leg}");
                swaps.RemoveAt(at);
                legs++;
            }
        }

        Assert.True(legs > 20, $"only {legs} legs");
    }

    [RealDataFact]
    public void The_published_sandwich_has_its_amounts_and_the_pools_reserves()
    {
        using var label = JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf("labels", "sandwich_406751392.json")));
        var sandwich = label.RootElement.GetProperty("sandwiches")[0];
        var reserves = sandwich.GetProperty("pool_reserves_raw");
        var legs = new[] { ("frontrun", "1_frontrun", "quote_in_raw", "base_out_raw"), ("victim_swap", "2_victim", "quote_in_raw", "base_out_raw"), ("backrun", "3_backrun", "base_in_raw", "quote_out_raw") };
        for (var i = 0; i < legs.Length; i++)
        {
            var (leg, prefix, amountIn, amountOut) = legs[i];
            var block = Decode(Directory.GetFiles(RealData.PathOf("transactions", "sandwich-meteora-damm-v2"), prefix + "*").Single());
            var swap = Assert.Single(block.Transactions[0].Swaps.Span.ToArray());
            Assert.Equal(sandwich.GetProperty("pool").GetString(), swap.Pool.ToString());
            Assert.Equal(sandwich.GetProperty(leg).GetProperty(amountIn).GetString(), swap.AmountIn.ToString());
            Assert.Equal(sandwich.GetProperty(leg).GetProperty(amountOut).GetString(), swap.AmountOut.ToString());
            var isBuy = amountIn[0] == 'q';
            Assert.Equal(reserves[i].GetProperty(isBuy ? "quote" : "base").GetString(), swap.ReserveIn.ToString());
            Assert.Equal(reserves[i].GetProperty(isBuy ? "base" : "quote").GetString(), swap.ReserveOut.ToString());
            var limit = sandwich.GetProperty(leg).TryGetProperty("min_base_out_raw", out var least) ? least.GetString() : "0";
            Assert.Equal((limit, false), (swap.LimitAmount.ToString(), swap.IsExactOut));
            // The pool takes 25 bps, in its first token whichever way the trade goes.
            var gross = isBuy ? swap.AmountOut + swap.FeeAmount!.Value : swap.AmountIn;
            Assert.Equal((sandwich.GetProperty("base_mint").GetString(), (gross * 25 + 9_999) / 10_000), (swap.FeeMint.ToString(), swap.FeeAmount!.Value));
        }
    }

    /// <summary>
    /// A mint that withholds 2 % is bought in one pool and sold in the next: what the trader received of one is what it paid into the
    /// other, but for the 651 units that the second pool's curve rounds away.
    /// </summary>
    [RealDataFact]
    public void A_token_with_a_fee_on_transfer_is_followed_from_pool_to_pool()
    {
        var file = Directory.GetFiles(RealData.PathOf("transactions", "jupiter-v6"), "GCeRpjvf*").Single();
        var swaps = Decode(file).Transactions[0].Swaps.Span.ToArray();
        var (bought, sold) = (swaps.Single(s => s.Venue == "raydium-cpmm"), swaps.Single(s => s.Venue == "fluxbeam"));
        Assert.Equal(6_428_459_881UL, bought.AmountOut - bought.TransferFeeOut);
        Assert.Equal(6_428_459_881UL - 651, sold.AmountIn + sold.TransferFeeIn);
        Assert.Equal((bought.AmountOut * 2 + 99) / 100, bought.TransferFeeOut);
        Assert.All(swaps.Where(s => s.MintIn != sold.MintIn), s => Assert.Null(s.TransferFeeIn));
    }

    /// <summary>What a route declared bounds what came of it: the last swap of an exact-in route gives no less than the quote less the tolerance.</summary>
    [RealDataFact]
    public void Every_route_ends_within_its_declared_tolerance()
    {
        var (routes, judged) = (0, 0);
        foreach (var file in Directory.GetFiles(RealData.PathOf("transactions", "jupiter-v6"), "*.json"))
        {
            var tx = Decode(file).Transactions[0];
            routes += tx.Routes.Count;
            if (tx.Routes.Count != 1 || tx.Swaps.Count == 0) { continue; }
            var route = tx.Routes[0];
            var (first, last) = (tx.Swaps[0], tx.Swaps[tx.Swaps.Count - 1]);
            if (route.IsExactOut)
            {
                Assert.Equal(route.Amount, last.AmountOut);
                Assert.True(first.AmountIn <= route.QuotedAmount * (10_000UL + (ulong)route.SlippageBps) / 10_000, file);
            }
            else
            {
                Assert.True(last.AmountOut >= route.QuotedAmount * (10_000UL - (ulong)route.SlippageBps) / 10_000, file);
            }

            judged++;
        }

        Assert.Equal((17, 13), (routes, judged));
    }

    internal static Block Decode(string file)
    {
        var raw = new RawBlock();
        var result = new BlockReader().Read(File.ReadAllBytes(file), new DocumentOrigin(Path.GetFileName(file)), raw);
        Assert.True(result.IsRead, $"{file}: {result.Message}");
        return SwapText.Decode(raw);
    }

    internal static JsonObject Describe(in Block block)
    {
        ref var tx = ref block.Transactions[0];
        var swaps = new JsonArray();
        foreach (ref var swap in tx.Swaps.Span) { swaps.Add(Describe(swap)); }
        var routes = new JsonArray();
        foreach (ref var route in tx.Routes.Span) { routes.Add(Describe(route)); }
        var changes = new JsonArray();
        foreach (ref var change in tx.BalanceChanges.Span)
        {
            if (change.IsSigner) { changes.Add(new JsonObject { ["owner"] = change.Owner.ToString(), ["mint"] = change.Mint.ToString(), ["delta"] = change.Delta.ToString() }); }
        }

        return new()
        {
            ["slot"] = block.Slot,
            ["signature"] = tx.Signature.ToString(),
            ["signer"] = tx.Signer.ToString(),
            ["feeLamports"] = tx.FeeLamports.ToString(),
            ["priorityFeeLamports"] = tx.PriorityFeeLamports.ToString(),
            ["tipLamports"] = tx.TipLamports.ToString(),
            ["computeUnitLimit"] = tx.ComputeUnitLimit,
            ["computeUnitPriceMicroLamports"] = tx.ComputeUnitPriceMicroLamports?.ToString(),
            ["wrapper"] = tx.WrapperName ?? tx.Wrapper?.ToString(),
            ["usesAggregator"] = tx.UsesAggregator,
            ["usesFlashLoan"] = tx.UsesFlashLoan,
            ["mintsOrBurnsShares"] = tx.MintsOrBurnsShares,
            ["instructionCount"] = tx.InstructionCount,
            ["routes"] = routes,
            ["swaps"] = swaps,
            ["signerChanges"] = changes,
        };
    }

    internal static JsonObject Describe(in Swap swap) => new()
    {
        ["at"] = new StringBuilder().Append(swap.IxIndex).Append('.').Append(swap.InnerIxIndex).Append('.').Append(swap.LegIndex).ToString(),
        ["venue"] = swap.Venue,
        ["pool"] = swap.Pool.ToString(),
        ["trader"] = swap.Trader.ToString(),
        ["mintIn"] = swap.MintIn.ToString(),
        ["mintOut"] = swap.MintOut.ToString(),
        ["amountIn"] = swap.AmountIn.ToString(),
        ["amountOut"] = swap.AmountOut.ToString(),
        ["vaultIn"] = swap.VaultIn.ToString(),
        ["vaultOut"] = swap.VaultOut.ToString(),
        ["reserveIn"] = swap.ReserveIn?.ToString(),
        ["reserveOut"] = swap.ReserveOut?.ToString(),
        ["sqrtPriceX64"] = swap.SqrtPriceX64?.ToString(),
        ["source"] = swap.Source.ToString(),
        ["limitAmount"] = swap.LimitAmount?.ToString(),
        ["isExactOut"] = swap.IsExactOut,
        ["feeAmount"] = swap.FeeAmount?.ToString(),
        ["feeMint"] = swap.FeeMint?.ToString(),
        ["transferFeeIn"] = swap.TransferFeeIn?.ToString(),
        ["transferFeeOut"] = swap.TransferFeeOut?.ToString(),
        ["sqrtPriceBeforeX64"] = swap.SqrtPriceBeforeX64?.ToString(),
        ["liquidity"] = swap.Liquidity?.ToString(),
        ["tickBefore"] = swap.TickBefore,
        ["tickAfter"] = swap.TickAfter,
    };

    private static JsonObject Describe(in Route route) => new()
    {
        ["at"] = $"{route.IxIndex}.{route.InnerIxIndex}",
        ["instruction"] = $"{route.Router} {route.Instruction}",
        ["isExactOut"] = route.IsExactOut,
        ["amount"] = route.Amount.ToString(),
        ["quotedAmount"] = route.QuotedAmount.ToString(),
        ["slippageBps"] = route.SlippageBps,
        ["platformFeeBps"] = route.PlatformFeeBps,
    };
}
