using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection.Cases;
using Sluice.Tests.Unit.Detection.Sandwich;
using Finding = Sluice.Schemas.Records.Sandwich;

namespace Sluice.Tests.Properties.Detection;

/// <summary>What must hold for any blocks. Cases are made from a seed, which a failure prints.</summary>
public class SandwichProperties
{
    [Fact]
    public void Order_of_arrival_within_a_block_does_not_matter() => ForSeeds(seed =>
    {
        var shuffled = Made(seed).Blocks;
        foreach (ref var block in shuffled.Span) { new Random(seed).Shuffle(block.Transactions.Span); }
        return Same(SandwichRun.Of(Made(seed).Blocks), SandwichRun.Of(shuffled));
    });

    [Fact]
    public void Blocks_that_come_twice_change_nothing() => ForSeeds(seed =>
    {
        var twice = new RecordList<Block>();
        foreach (ref readonly var block in Made(seed).Blocks.Span)
        {
            twice.Add() = block;
            twice.Add() = block;
        }

        return Same(SandwichRun.Of(Made(seed).Blocks), SandwichRun.Of(twice));
    });

    [Fact]
    public void Swaps_of_strangers_in_other_pools_change_nothing() =>
        ForSeeds(seed => Same(SandwichRun.Of(Made(seed).Blocks), SandwichRun.Of(Made(seed, strangers: true).Blocks)));

    [Fact]
    public void Names_of_accounts_do_not_matter() => ForSeeds(seed =>
        SandwichRun.Of(Made(seed).Blocks).Found.ToArray().Select(f => Shape(f)).SequenceEqual(SandwichRun.Of(Made(seed, salt: "other").Blocks).Found.ToArray().Select(f => Shape(f))));

    [Fact]
    public void Scale_of_the_amounts_does_not_matter() => ForSeeds(seed =>
        SandwichRun.Of(Made(seed).Blocks).Found.ToArray().Select(f => Shape(f)).SequenceEqual(SandwichRun.Of(Made(seed, scale: 1_000).Blocks).Found.ToArray().Select(f => Shape(f, 1_000))));

    [Fact]
    public void A_finding_is_made_of_what_the_blocks_hold() => ForSeeds(seed =>
    {
        var blocks = Made(seed).Blocks;
        var swaps = new Dictionary<(long, int, int, int, int), Swap>();
        foreach (ref readonly var block in blocks.Span)
        {
            foreach (ref readonly var tx in block.Transactions.Span)
            {
                foreach (ref readonly var swap in tx.Swaps.Span) { swaps.Add((block.Slot, tx.Index, swap.IxIndex, swap.InnerIxIndex, swap.LegIndex), swap); }
            }
        }

        // Windows overlap by two slots and know nothing of each other: a leg there may serve a finding of each.
        var taken = new HashSet<(long, int, int, int, int)>();
        var group = -1L;
        foreach (var found in SandwichRun.Of(blocks).Found.ToArray().OrderBy(JudgedBy))
        {
            if (JudgedBy(found) != group) { taken.Clear(); }
            group = JudgedBy(found);
            foreach (var leg in found.Legs.Span.ToArray())
            {
                var place = (leg.Slot, leg.TxIndex, leg.IxIndex, leg.InnerIxIndex, leg.LegIndex);
                if (!taken.Add(place) || !swaps.TryGetValue(place, out var swap) || (swap.Pool, swap.AmountIn, swap.AmountOut) != (leg.Pool, leg.AmountIn, leg.AmountOut)) { throw new InvalidOperationException($"leg {place} of {found.Id}"); }
            }

            foreach (var victim in found.Victims.Span.ToArray())
            {
                var place = (victim.Slot, victim.TxIndex, victim.IxIndex, victim.InnerIxIndex, victim.LegIndex);
                if (!taken.Add(place) || !swaps.TryGetValue(place, out var swap) || swap.Pool != found.Pool || swap.MintIn != found.MintIn) { throw new InvalidOperationException($"victim {place} of {found.Id}"); }
                if (found.Attackers.Span.Contains(victim.Trader) || found.Attackers.Span.Contains(victim.Signer)) { throw new InvalidOperationException($"victim {place} attacks {found.Id}"); }
            }

            if (Math.Abs(found.ConfidenceParts.Span.ToArray().Sum(p => p.Weight) - found.Confidence) > 1e-9 || found.Confidence is <= 0 or > 1) { return false; }
            if (found.Slot != found.Victims[0].Slot || found.Slot < found.FirstSlot || found.Slot > found.LastSlot) { return false; }
        }

        return true;
    });

    /// <summary>The group whose window holds all of a finding: that of the first victim, unless it cannot see the end or the beginning.</summary>
    private static long JudgedBy(Finding found)
    {
        var group = found.Slot / 4;
        return found.LastSlot > (group * 4) + 4 ? group + 1 : found.FirstSlot < (group * 4) - 1 ? group - 1 : group;
    }

    [Fact]
    public void Profits_balance_with_the_attackers_balances_to_the_lamport() => ForSeeds(seed =>
    {
        var blocks = Made(seed).Blocks;
        foreach (var found in SandwichRun.Of(blocks).Found.ToArray())
        {
            var legs = found.Legs.Span.ToArray();
            Int128 lamports = 0, tokens = 0;
            foreach (ref readonly var block in blocks.Span)
            {
                foreach (ref readonly var tx in block.Transactions.Span)
                {
                    var signature = tx.Signature;
                    if (!legs.Any(l => l.Signature == signature)) { continue; }
                    lamports -= tx.FeeLamports;
                    foreach (ref readonly var change in tx.BalanceChanges.Span)
                    {
                        if (!found.Attackers.Span.Contains(change.Owner)) { continue; }
                        if (change.Mint == WellKnown.WrappedSol) { lamports += change.Delta; }
                        else if (change.Mint == found.MintIn || change.Mint == found.MintOut) { tokens += change.Delta; }
                    }
                }
            }

            // Sold first and bought back, the remainder is lamports and the gain is tokens.
            if (found.MintIn != WellKnown.WrappedSol || found.Tags.Span.Contains("cross_pool")) { continue; }
            if (found.Net != lamports + (found.RemainderValue ?? 0) || tokens != found.Remainder) { return false; }
        }

        return true;
    });

    [Fact]
    public void The_cases_reach_many_verdicts()
    {
        // Otherwise the properties above would prove nothing.
        var runs = Enumerable.Range(0, 400).Select(seed => SandwichRun.Of(Made(seed).Blocks)).ToList();
        Assert.True(runs.Sum(r => r.Found.Length) > 100);
        var tags = runs.SelectMany(r => r.Found.ToArray()).SelectMany(f => f.Tags.Span.ToArray()).ToHashSet();
        Assert.Superset(new HashSet<string> { "multi_victim", "multi_leg", "interleaved" }, tags);
        var rules = runs.SelectMany(r => r.RoundTrips.ToArray().Select(t => t.FailedRule).Concat(r.Rejected.Keys.Select(k => k.Rule))).ToHashSet();
        Assert.True(rules.Count >= 5, string.Join(", ", rules));
    }

    [Fact]
    public void Judging_never_throws_whatever_the_records_hold() => ForSeeds(seed =>
    {
        var random = new Random(seed);
        var blocks = new RecordList<Block>();
        var names = new BlockCase("");
        Pubkey Key() => names.Key(random.Next(5).ToString());
        Pubkey Mint() => random.Next(3) == 0 ? WellKnown.WrappedSol : Key();
        ulong Amount() => random.Next(5) switch { 0 => 0, 1 => ulong.MaxValue, 2 or 3 => (ulong)random.Next(3), _ => (ulong)random.NextInt64() };
        for (var slot = 100; slot < 106; slot++)
        {
            ref var block = ref blocks.Add();
            block.Slot = slot;
            for (var t = 0; t < 12; t++)
            {
                ref var tx = ref block.Transactions.Add();
                tx.Index = random.Next(20);
                tx.Signer = Key();
                tx.FeeLamports = Amount();
                tx.TipLamports = Amount();
                tx.Wrapper = random.Next(2) == 0 ? Key() : null;
                if (random.Next(3) == 0) { tx.Signers.Add(Key()); }
                for (var i = random.Next(4); i > 0; i--)
                {
                    ref var swap = ref tx.Swaps.Add();
                    (swap.Pool, swap.Trader, swap.MintIn, swap.MintOut, swap.AmountIn, swap.AmountOut) = (Key(), Key(), Mint(), Mint(), Amount(), Amount());
                    (swap.TransferFeeIn, swap.TransferFeeOut, swap.ReserveIn, swap.ReserveOut) = (Amount(), Amount(), Amount(), Amount());
                    (swap.SqrtPriceBeforeX64, swap.SqrtPriceX64) = (random.Next(3), random.Next(3));
                }

                for (var i = random.Next(3); i > 0; i--)
                {
                    ref var transfer = ref tx.Transfers.Add();
                    (transfer.From, transfer.To, transfer.Mint, transfer.Amount) = (Key(), Key(), Mint(), Amount());
                }

                for (var i = random.Next(2); i > 0; i--)
                {
                    ref var change = ref tx.AuthorityChanges.Add();
                    (change.From, change.To, change.Mint) = (Key(), Key(), random.Next(2) == 0 ? Mint() : null);
                }

                for (var i = random.Next(3); i > 0; i--)
                {
                    ref var change = ref tx.BalanceChanges.Add();
                    (change.Owner, change.Mint, change.Delta, change.IsSigner) = (Key(), Mint(), (Int128)Amount() - Amount(), random.Next(2) == 0);
                }
            }
        }

        SandwichRun.Of(blocks);
        return true;
    });

    private static void ForSeeds(Func<int, bool> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static bool Same(SandwichRun left, SandwichRun right) => Text(left) == Text(right);

    private static string Text(SandwichRun run) => string.Join('\n', run.Found.ToArray().Select(f => $"{f.Id} {f.Slot} {Shape(f)}")
        .Concat(run.RoundTrips.ToArray().Select(t => $"{t.Id} {t.Slot} {t.Class} {t.FailedRule} {t.Gross}"))
        .Concat(run.Rejected.OrderBy(r => r.Key).Select(r => r.ToString())));

    private static string Shape(Finding found) => Shape(found, 1);

    private static string Shape(Finding found, int scale) =>
        $"{found.Class} {string.Join(',', found.Tags.Span.ToArray())} {(found.RemainderValue == 0 ? found.Gross / scale : 0)} {found.FrontIn / scale} {found.BackIn / scale} "
        + $"{string.Join(',', found.Legs.Span.ToArray().Select(l => $"{l.Role}{l.Slot}.{l.TxIndex}.{l.IxIndex}"))} "
        + $"{string.Join(',', found.Victims.Span.ToArray().Select(v => $"{v.Slot}.{v.TxIndex}.{v.IxIndex}"))} "
        + string.Join(',', found.Links.Span.ToArray().Select(l => l.Kind));

    /// <summary>Few actors who trade in two pools over the slots of two groups, and sell often what they hold, all or a part of it.</summary>
    private static BlockCase Made(int seed, string salt = "", ulong scale = 1, bool strangers = false)
    {
        var random = new Random(seed);
        var held = new Dictionary<(string Who, string Pool), ulong>();
        var price = new Dictionary<string, double> { ["P"] = 2, ["Q"] = 3 };
        var text = new StringBuilder();
        var opens = true;
        for (var slot = 99; slot <= 106; slot++)
        {
            if (random.Next(5) == 0) { continue; }
            text.Append($"slot {slot}\n");
            for (var i = random.Next(2, 9); i > 0; i--)
            {
                var (who, pool, index) = ($"w{random.Next(6)}", random.Next(3) == 0 ? "Q" : "P", 20 - (2 * i));
                var marks = random.Next(6) == 0 ? " private=bot" : "";
                text.Append($"tx {who} index={index} fee=0{marks}\n");
                if (held.TryGetValue((who, pool), out var has) && has > 10_000 && random.Next(5) < 3)
                {
                    if (random.Next(6) == 0)
                    {
                        text.Append($"send {who} > w0 {has * scale} T{pool}\n");
                        held.Remove((who, pool));
                        held[("w0", pool)] = has + (who == "w0" ? 0 : held.GetValueOrDefault(("w0", pool)));
                        continue;
                    }

                    var part = random.Next(4) switch { 0 => has / 2, 1 => has * 97 / 100, _ => has };
                    var got = (ulong)(part * price[pool]) / 10 * 10;
                    text.Append($"swap {pool} {who} {part * scale} T{pool} > {got * scale} SOL\n");
                    held[(who, pool)] = has - part;
                    price[pool] *= 0.98;
                }
                else
                {
                    var paid = (ulong)random.Next(2, 90) * 100_000;
                    var got = (ulong)(paid / price[pool]) / 100 * 100;
                    text.Append($"swap {pool} {who} {paid * scale} SOL > {got * scale} T{pool}\n");
                    held[(who, pool)] = held.GetValueOrDefault((who, pool)) + got;
                    price[pool] *= 1.03;
                }

                opens = false;
            }

            if (strangers) { text.Append("tx s1 index=101\nswap S s1 500 SOL > 70 WIF\ntx s2 index=103\nswap S s2 500 SOL > 60 WIF\n"); }
        }

        return new BlockCase(opens ? "" : text.ToString(), salt);
    }
}
