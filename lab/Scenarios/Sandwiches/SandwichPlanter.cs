using Sluice.Lab.Chain;
using Sluice.Lab.Venues;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Plants sandwiches: an attacker buys in a pool, others buy at a worse price, the attacker sells to the unit what it bought.</summary>
/// <remarks>
/// Four of ten have their legs next to each other, four have other transactions of the block between, two end in a later slot of the leader's turn.
/// The attacker's wallet signs both legs; it calls the venue through a program of its own. Only pools of SOL without transfer fees and
/// curves are taken.
/// </remarks>
internal sealed class SandwichPlanter(Stage stage, Market market, UserSwaps swaps, Purses purses)
{
    private const int Attempts = 20;

    private readonly List<Open> _open = [];

    /// <summary>Steps that the present block still gets.</summary>
    public int Due
    {
        get
        {
            var due = 0;
            foreach (var open in _open)
            {
                if (open.Slot <= stage.World.Slot) { due++; }
            }

            return due;
        }
    }

    /// <summary>Begins a sandwich; those whose legs are neighbours are finished at once.</summary>
    public void Plant()
    {
        for (var i = 0; i < Attempts; i++)
        {
            if (TryBegin()) { return; }
        }
    }

    /// <summary>Takes the next step of one that is due: another victim, or the sale.</summary>
    public void Step()
    {
        var at = _open.FindIndex(o => o.Slot <= stage.World.Slot);
        var open = _open[at];
        if (open.Victims > 0)
        {
            open.Victims--;
            AddVictim(open);
            return;
        }

        _open.RemoveAt(at);
        Finish(open);
    }

    private bool TryBegin()
    {
        var random = stage.Random;
        var legs = market.From(stage.World.Mints[0]);
        var leg = legs[random.Below(legs.Count)];
        if (IsBusy(leg.Pool)) { return false; }
        var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
        var reserve = leg.AToB ? a : b;
        var bot = stage.Actors.Bots[random.Below(stage.Actors.Bots.Length)];
        var amount = reserve * random.Range(2, 8) / 1_000;
        if (purses.Holding(bot.Wallet, leg.MintIn) < amount || leg.Quote(amount) < 1_000_000) { return false; }

        // The victim moves the price by more than both fees of the attacker, so that most of them pay.
        var shape = random.Below(10);
        var open = new Open
        {
            Bot = bot,
            Leg = leg,
            Paid = amount,
            Victims = 1 + (random.PerMille(250) ? 1 : 0),
            Slot = stage.World.Slot,
            In = reserve,
            Out = leg.AToB ? b : a,
            Class = shape < 4 ? "classic" : shape < 8 ? "wide_block" : "multi_slot",
        };
        var held = Balance(bot.Wallet, leg.MintOut);
        var sent = Trade(bot, leg, amount, tip: 0);
        open.Bought = Balance(bot.Wallet, leg.MintOut) - held;
        open.Fees = sent.Fee;
        switch (open.Class)
        {
            case "classic":
                while (open.Victims-- > 0) { AddVictim(open); }
                Finish(open);
                break;
            case "wide_block":
                _open.Add(open);
                break;
            default:
                // One victim in the block of the front-run; the rest when the leader's next slot comes.
                open.Victims--;
                AddVictim(open);
                open.Slot++;
                _open.Add(open);
                break;
        }

        return true;
    }

    private void AddVictim(Open open)
    {
        var makers = stage.Actors.MarketMakers;
        var victim = makers[stage.Random.Below(makers.Length)];
        var (a, b) = open.Leg.Pool.Venue.Reserves(open.Leg.Pool);
        var amount = (open.Leg.AToB ? a : b) * stage.Random.Range(5, 12) / 1_000;
        if (purses.Holding(victim, open.Leg.MintIn) < amount) { return; }

        // Somebody else's sale may have brought the price back: then nobody is worse off.
        var isWorse = (UInt128)(open.Leg.AToB ? a : b) * open.Out > (UInt128)open.In * (open.Leg.AToB ? b : a);
        stage.Begin(victim, 260_000);
        swaps.SwapOnce(victim, open.Leg, amount);
        var sent = stage.Send();
        if (isWorse && open.FirstVictim is null) { (open.FirstVictim, open.VictimSlot, open.VictimIndex) = (sent.Signature, stage.World.Slot, sent.Index); }
    }

    private void Finish(Open open)
    {
        var back = new Leg(open.Leg.Pool, !open.Leg.AToB);
        if (Balance(open.Bot.Wallet, back.MintIn) < open.Bought) { return; } // another trade of the bot's took from it meanwhile
        var received = back.Quote(open.Bought);
        var gain = received > open.Paid ? received - open.Paid : 0;
        var tip = gain > 100_000 && stage.Random.PerMille(500) ? gain / 2 : 0;
        var sent = Trade(open.Bot, back, open.Bought, tip);

        // By the definition, a position that is sold after the turn's last slot and the one behind it is no sandwich any more.
        var lastSlot = ((open.VictimSlot / Cluster.LeaderSchedule.Turn) + 1) * Cluster.LeaderSchedule.Turn;
        if (open.FirstVictim is not { } victim || stage.World.Slot > lastSlot) { return; }
        var (fees, gross) = (open.Fees + sent.Fee, (Int128)received - open.Paid);
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.Sandwich,
            Class = open.Class,
            Slot = open.VictimSlot,
            Index = open.VictimIndex,
            Signature = victim,
            Signer = stage.Accounts[open.Bot.Wallet].Key,
            Pools = [stage.KeyOf(open.Leg.Pool)],
            Route = "program",
            ProfitMint = stage.KeyOf(open.Leg.MintIn),
            Gross = gross,
            FeeLamports = fees,
            TipLamports = tip,
            Net = open.Leg.MintIn.IsNative ? gross - fees - tip : null,
        });
    }

    /// <summary>One leg of the attacker, through its own program, of an amount that is to the unit what is asked.</summary>
    private Sent Trade(Searcher bot, Leg leg, ulong amount, ulong tip)
    {
        var tx = stage.Tx;
        stage.Begin(bot.Wallet, 260_000);
        var purse = purses.Prepare(bot.Wallet, leg.MintIn, leg.MintOut, amount);
        tx.Open(bot.Program, 3_100);
        tx.With(bot.Wallet, Use.Sign).ListInnerAccounts();
        tx.U8(2).U64(amount);
        leg.Pool.Venue.Swap(tx, leg.Pool, new Trade(bot.Wallet, purse.Source, purse.Destination, leg.AToB, amount, 0));
        tx.Close(1_900);
        purses.Tidy(bot.Wallet, purse);
        if (tip > 0) { tx.TipTo(bot.Wallet, swaps.AnyTipAccount(), tip); }
        return stage.Send();
    }

    private bool IsBusy(Pool pool)
    {
        foreach (var open in _open)
        {
            if (open.Leg.Pool == pool) { return true; }
        }

        return false;
    }

    private ulong Balance(int owner, Mint mint)
    {
        ref readonly var account = ref stage.Accounts[stage.World.TokenAccount(owner, mint)];
        return account.IsOpen ? account.Amount : 0;
    }

    /// <summary>A sandwich whose front-run was sent.</summary>
    private sealed class Open
    {
        public required Searcher Bot;
        public required Leg Leg;
        public required ulong Paid;
        public required string Class;

        /// <summary>Reserves before the front-run.</summary>
        public required ulong In, Out;

        public int Victims;
        public ulong Slot;
        public ulong Bought;
        public ulong Fees;
        public Signature? FirstVictim;
        public ulong VictimSlot;
        public int VictimIndex;
    }
}
