using Sluice.Processors.Core.Arbitrage;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using static Sluice.Tests.Unit.Detection.ArbitrageCase;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Tests.Unit.Detection;

/// <summary>Each of the rules B1 to B7 with a block that fails by it alone, next to one that passes.</summary>
/// <remarks>
/// Pool P1 has 1,000 of each token, in thousands of millions. A user buys 100 of TOK for SOL, and alice sells TOK there that she bought cheaper in P2.
/// Price of TOK in P1: 1 before, (1,000 + 100) / (1,000 − 90.909…) = 1.21 after the user, so a move of 2,100 bps.
/// </remarks>
public class CauseFinderTests
{
    private const ulong Billion = 1_000_000_000;

    [Fact]
    public void The_swap_that_moved_the_pool_is_the_cause()
    {
        var market = new Market();
        market.User(100);
        var finding = market.Arbitrage();
        Assert.Equal((market.SignatureOf(0), 10, Key("user"), Key("pool P1"), 1), (finding.CausedBySignature, finding.CausedByTxIndex, finding.CausedBySigner, finding.CausePool, finding.CauseDistance));
        Assert.Equal(2_100, finding.CauseMoveBps!.Value, 0.1);

        // 1,100 and 909.09 before, 1,009.09 TOK and 990.99 SOL after: the price is 0.98205, so all of the move was taken back.
        Assert.Equal(finding.CauseMoveBps, finding.CauseClosedBps);
        Assert.Contains(ArbitrageRuleNames.Backrun, finding.RulesPassed.Span.ToArray());
    }

    [Fact]
    public void What_was_taken_back_is_told_of_the_same_price()
    {
        var market = new Market();
        market.User(100);

        // 10 TOK sold: (1,100 − 11.97) / (909.09 + 10) = 1.18379 left of 1.21, or 262 bps.
        Assert.Equal(262, market.Arbitrage(sold: 10).CauseClosedBps!.Value, 1.0);
    }

    [Fact]
    public void B1_a_failed_swap_is_no_cause()
    {
        var market = new Market();
        market.User(100);
        market.Transactions[0].Status = TransactionStatus.Failed;
        Assert.Null(market.Arbitrage().CausedBySignature);
    }

    [Fact]
    public void B2_a_swap_too_far_before_is_no_cause()
    {
        var market = new Market();
        market.User(100);
        Assert.NotNull(market.Arbitrage(distance: 100).CausedBySignature);
        Assert.Null(market.Arbitrage(distance: 101).CausedBySignature);
        Assert.NotNull(market.Arbitrage(distance: 101, rules: new CauseRules(MaxDistance: 101)).CausedBySignature);
    }

    [Theory]
    [InlineData("signer")]
    [InlineData("trader")]
    [InlineData("co-signer")]
    [InlineData("linked")]
    public void B3_the_actors_own_swap_is_no_cause(string link)
    {
        var market = new Market();
        market.User(100);
        ref var tx = ref market.Transactions[0];
        switch (link)
        {
            case "signer": tx.Signer = Key("alice"); break;
            case "trader": tx.Swaps[0].Trader = Key("alice"); break;
            case "co-signer": tx.Signers.Add(Key("alice")); break;
            default: tx.Signer = Key("vault"); break;
        }

        Assert.Null(market.Arbitrage(linked: "vault").CausedBySignature);
    }

    [Fact]
    public void B4_a_swap_of_the_arbitrages_own_direction_or_of_another_pair_is_no_cause()
    {
        var market = new Market();
        market.User(100, sells: true);
        Assert.Null(market.Arbitrage().CausedBySignature);

        market = new Market();
        market.User(100);
        market.Transactions[0].Swaps[0].MintIn = MintOf("OTHER");
        Assert.Null(market.Arbitrage().CausedBySignature);
    }

    [Fact]
    public void B5_a_swap_that_hardly_moved_the_price_is_no_cause()
    {
        // 0.25 of 1,000 moves the price by 5.0006 bps, 0.24 by 4.8.
        Assert.NotNull(With(0.25).CausedBySignature);
        Assert.Null(With(0.24).CausedBySignature);

        static Finding With(double amount)
        {
            var market = new Market();
            market.User(amount);
            return market.Arbitrage();
        }
    }

    [Fact]
    public void B6_a_move_that_was_closed_before_is_no_cause()
    {
        var market = new Market();
        market.User(100);
        market.User(110, sells: true, name: "first");
        Assert.Null(market.Arbitrage().CausedBySignature);
    }

    [Fact]
    public void B6_what_others_left_of_the_move_still_has_its_cause()
    {
        var market = new Market();
        market.User(100);
        market.User(20, sells: true, name: "first");
        var finding = market.Arbitrage();
        Assert.Equal((market.SignatureOf(0), 2), (finding.CausedBySignature, finding.CauseDistance));
        Assert.True(finding.CauseClosedBps < finding.CauseMoveBps);
    }

    [Fact]
    public void B7_an_arbitrage_that_takes_back_little_has_its_cause_all_the_same()
    {
        var market = new Market();
        market.User(100);
        var finding = market.Arbitrage(sold: 0.5);
        Assert.NotNull(finding.CausedBySignature);
        Assert.InRange(finding.CauseClosedBps!.Value, 10, 15); // of 2,100
    }

    [Fact]
    public void The_largest_move_is_the_cause_and_among_equals_the_nearest()
    {
        var market = new Market();
        market.User(50, name: "small");
        market.User(100, name: "large");
        market.User(20, name: "last");
        Assert.Equal(Key("large"), market.Arbitrage().CausedBySigner);
    }

    [Fact]
    public void Square_roots_of_the_price_tell_a_move_and_the_swap_before_tells_where_it_began()
    {
        // s from 1 to 1.1: the price rises by 2,100 bps; the arbitrage takes it back to 1.05² = 1.1025, or 1,075 bps.
        var one = (Int128)1 << 64;
        var market = new Market("orca-whirlpool");
        market.User(100);
        market.Transactions[0].Swaps[0].SqrtPriceBeforeX64 = one;
        market.Transactions[0].Swaps[0].SqrtPriceX64 = one * 11 / 10;
        var finding = market.Arbitrage(root: one * 105 / 100);
        Assert.Equal(2_100, finding.CauseMoveBps!.Value, 0.1);
        Assert.Equal(1_075, finding.CauseClosedBps!.Value, 0.1);
    }

    [Theory]
    [InlineData(2_010, 2_006, 101.9)] // 1.0025^10 less 1.0025^6 is taken back
    [InlineData(2_010, 2_010, 0.0)] // it stays in the bin: trades at the price that the cause left, and moves none
    [InlineData(2_000, 2_000, null)] // somebody took it all back before
    public void Bins_tell_a_move_and_a_leg_within_a_bin_takes_nothing_of_it_back(int from, int to, double? closed)
    {
        // Ten bins of 25 bps upwards: 1.0025^10 is 252.8 bps.
        var market = new Market("meteora-dlmm");
        market.User(100);
        ToBins(ref market.Transactions[0].Swaps[0], 2_000, 2_010, isUp: true);
        var (finder, block, finding) = market.Prepare();
        ToBins(ref market.Transactions[1].Swaps[0], from, to, isUp: false);
        finder.Begin(block[0]);
        Assert.Equal(closed is not null, finder.Find(1, ref finding[0]));
        if (closed is null) { return; }
        Assert.Equal(252.8, finding[0].CauseMoveBps!.Value, 0.1);
        Assert.Equal(closed.Value, finding[0].CauseClosedBps!.Value, 0.1);
    }

    private static void ToBins(ref Swap swap, int from, int to, bool isUp)
    {
        var (less, more) = (1_000_000_000UL, (ulong)(1_000_000_000 * Math.Pow(1.0025, (from + to) / 2.0)));
        (swap.TickBefore, swap.TickAfter, swap.FeeMint, swap.FeeAmount) = (from, to, swap.MintIn, 0);
        (swap.AmountIn, swap.AmountOut) = isUp ? (more, less) : (less, more);
    }

    [Fact]
    public void Without_a_state_what_swaps_of_one_direction_paid_tells_the_move()
    {
        var market = new Market("saber");
        market.User(10, name: "before");
        Assert.Null(market.Arbitrage().CausedBySignature);
        market.User(100);

        // 10 for 9.901 is 1.01 a token, 100 for 89.29 (of 1,010 and 990.099) is 1.121: 1,099 bps.
        Assert.Equal(1_099, market.Arbitrage().CauseMoveBps!.Value, 2.0);
    }

    [Fact]
    public void Nothing_is_allocated_once_buffers_have_grown()
    {
        var market = new Market();
        for (var i = 0; i < 50; i++) { market.User(1, name: "user" + i); }
        var (finder, block, finding) = market.Prepare();
        Assert.Equal(0, Allocated.ByRound(() =>
        {
            finder.Begin(block[0]);
            finding[0].RulesPassed.Clear();
            finder.Find(block[0].Transactions.Count - 1, ref finding[0]);
        }));
    }

    /// <summary>A block of swaps in one pool, kept by the product of its reserves without fee, and an arbitrage at its end.</summary>
    private sealed class Market(string venue = "raydium-amm-v4")
    {
        private readonly RecordList<Block> _blocks = new();
        private double _sol = 1_000, _tok = 1_000;

        public RecordList<Transaction> Transactions
        {
            get
            {
                if (_blocks.Count == 0) { _blocks.Add().Slot = 4_004; }
                return _blocks[0].Transactions;
            }
        }

        public Signature SignatureOf(int index) => Transactions[index].Signature;

        public void User(double amount, bool sells = false, string name = "user")
        {
            ref var tx = ref Transactions.Add();
            tx.Index = 9 + Transactions.Count;
            tx.Signer = Key(name);
            tx.Signature = new ArbitrageCase("tip " + tx.Index).Tx.Signature;
            Swap(ref tx, amount, sells);
            tx.Swaps[0].Trader = Key(name);
        }

        public Finding Arbitrage(double sold = 100, int distance = 1, CauseRules? rules = null, string? linked = null, Int128? root = null)
        {
            var (finder, block, finding) = Prepare(sold, distance, rules, linked, root);
            finder.Begin(block[0]);
            finder.Find(Transactions.Count - 1, ref finding[0]);
            Transactions.RemoveLast();
            return finding[0];
        }

        public (CauseFinder Finder, RecordList<Block> Block, RecordList<Finding> Finding) Prepare(
            double sold = 100, int distance = 1, CauseRules? rules = null, string? linked = null, Int128? root = null)
        {
            var (sol, tok) = (_sol, _tok);
            ref var tx = ref Transactions.Add();
            tx.Index = 8 + Transactions.Count + distance;
            tx.Signer = Key("alice");
            Swap(ref tx, sold, sells: true);
            (_sol, _tok) = (sol, tok);
            if (root is not null) { tx.Swaps[0].SqrtPriceX64 = root; }
            var findings = new RecordList<Finding>();
            ref var finding = ref findings.Add();
            finding.TxIndex = tx.Index;
            finding.Signer = tx.Signer;
            if (linked is not null) { finding.LinkedAccounts.Add(Key(linked)); }
            ref var leg = ref finding.Legs.Add();
            leg.Pool = tx.Swaps[0].Pool;
            return (new CauseFinder(rules ?? new CauseRules()), _blocks, findings);
        }

        private void Swap(ref Transaction tx, double amount, bool sells)
        {
            ref var swap = ref tx.Swaps.Add();
            swap.Venue = venue;
            swap.Source = SwapSource.Both;
            swap.Pool = Key("pool P1");
            (swap.MintIn, swap.MintOut) = sells ? (MintOf("TOK"), MintOf("SOL")) : (MintOf("SOL"), MintOf("TOK"));
            ref var paid = ref sells ? ref _tok : ref _sol;
            ref var given = ref sells ? ref _sol : ref _tok;
            var out_ = given * amount / (paid + amount);
            swap.AmountIn = (ulong)(amount * Billion);
            swap.AmountOut = (ulong)(out_ * Billion);
            if (venue == "raydium-amm-v4") { (swap.ReserveIn, swap.ReserveOut) = ((ulong)(paid * Billion), (ulong)(given * Billion)); }
            (paid, given) = (paid + amount, given - out_);
        }
    }
}
