using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios;

/// <summary>Transactions without swaps: transfers of SOL and tokens, calls of programs of which nothing is known.</summary>
internal sealed class PlainTraffic(Stage stage, Purses purses, UserSwaps users)
{
    /// <summary>Compute units that a transaction may use without asking for more.</summary>
    private const uint MostWithoutBudget = 200_000;

    private readonly Dictionary<int, int> _sessionKeys = [];

    /// <summary>SOL from one wallet to others; a wallet that ran dry is served first, by an exchange.</summary>
    public void SolTransfer()
    {
        var (tx, random) = (stage.Tx, stage.Random);
        var receivers = random.PerMille(900) ? 1 : 2 + random.Below(4);
        var fromExchange = stage.Poor.Count > 0 || random.PerMille(300);
        var payer = fromExchange ? AnyExchange() : users.AnyUser();
        if (!fromExchange && stage.Accounts[payer].Lamports < 4 * Purses.Reserve) { payer = AnyExchange(); }
        stage.Begin(payer, 2_000);
        for (var i = 0; i < receivers; i++)
        {
            var amount = fromExchange
                ? random.Range(500_000_000, 20_000_000_000)
                : random.Magnitude(10_000, stage.Accounts[payer].Lamports / 8);
            if (fromExchange && stage.Poor.Count > 0 && stage.Accounts[stage.Poor.Peek().Account].Mint < 0)
            {
                var (poor, asked) = stage.Poor.Dequeue();
                tx.SystemTransfer(payer, poor, asked);
            }
            else
            {
                tx.SystemTransfer(payer, AnyWallet(payer), amount);
            }
        }

        stage.Send();
    }

    /// <summary>A token sent by its owner, sometimes into an account that is opened for it, sometimes with a memo.</summary>
    public void TokenTransfer()
    {
        var (tx, random, world) = (stage.Tx, stage.Random, stage.World);
        var mint = world.Mints[1 + (random.PerMille(500) ? random.Below(2) : random.Below(world.Mints.Count - 1))];
        var to = users.AnyUser();
        var from = AnyExchange();
        var amount = mint.OfCents(random.Magnitude(2_000, 2_000_000));
        var asked = stage.Poor.Count > 0 && stage.Accounts[stage.Poor.Peek().Account].Mint > 0;
        if (asked)
        {
            (var poor, amount) = stage.Poor.Dequeue();
            mint = world.Mints[stage.Accounts[poor].Mint];
            to = stage.Accounts[poor].Owner;
        }

        if (!asked && random.PerMille(600))
        {
            var sender = users.AnyUser();
            var held = sender == to ? 0 : purses.Holding(sender, mint);
            if (held > 1_000 && stage.Accounts[sender].Lamports > Purses.Reserve)
            {
                (from, amount) = (sender, random.Range(held / 20, held / 2));
            }
        }

        var source = purses.Existing(from, mint, mint.OfCents(2_000_000_000));
        amount = Math.Min(amount, stage.Accounts[source].Amount / 2);
        var destination = world.TokenAccount(to, mint);
        stage.Begin(from, 45_000);
        if (!stage.Accounts[destination].IsOpen) { tx.CreateTokenAccount(from, destination); }
        if (mint.TransferFeeBps > 0)
        {
            tx.TransferCheckedWithFee(source, destination, from, amount);
        }
        else if (random.PerMille(600) || mint.IsToken2022)
        {
            tx.TransferChecked(source, destination, from, amount);
        }
        else
        {
            tx.Transfer(source, destination, from, amount);
        }

        if (random.PerMille(80))
        {
            tx.Open(world.Programs.Memo, 5_100);
            tx.With(from, Use.Sign).Bytes("monthly payout"u8);
            tx.Log("Memo (len 14): \\\"monthly payout\\\""u8);
            tx.Close();
        }

        stage.Send();
    }

    /// <summary>A call of a program that moves no money: an oracle's price, a game's turn, a quote in an order book.</summary>
    public void Opaque(bool fails)
    {
        var (tx, random, actors) = (stage.Tx, stage.Random, stage.Actors);
        var payer = random.PerMille(500) ? AnyExchange() : actors.Keepers[random.Below(actors.Keepers.Length)];
        var traffic = stage.Options.Traffic;
        var units = (uint)Budgets.FromDeciles(random, traffic.CallUnits);
        Span<byte> bytes = stackalloc byte[64];
        var budget = Budgets.Draw(random, units > MostWithoutBudget ? 1000 : stage.Options.BudgetPerMille, units + 1_000);
        var tables = random.PerMille(stage.Options.VersionedPerMille);
        tx.Begin(payer, budget, tables, tables, random.PerMille(traffic.SecondSignersPerMille) ? SessionKeyOf(payer) : -1);

        // The payer and the programs are accounts, too. Many of them leave little room in the packet.
        var accounts = Budgets.FromDeciles(random, traffic.CallAccounts);
        var isFull = accounts > 20;
        var calls = isFull ? 1 : Math.Min(1 + random.Below(3), Math.Max(1, accounts / 4));
        for (var call = 0; call < calls && !tx.HasFailed; call++)
        {
            tx.Open(actors.OpaquePrograms[random.Below(actors.OpaquePrograms.Length)], units / (uint)calls);
            tx.With(payer, Use.Write | Use.Sign);
            var (from, to) = ((accounts - 2 - calls) * call / calls, (accounts - 2 - calls) * (call + 1) / calls);
            for (var i = from; i < to; i++)
            {
                tx.With(actors.OpaqueAccounts[random.Below(actors.OpaqueAccounts.Length)],
                    random.PerMille(600) ? Use.Write : Use.Read);
            }

            random.Fill(bytes);
            tx.Bytes(bytes[..(9 + random.Below(isFull ? 12 : 55))]);
            tx.Log("Instruction: Update"u8);
            if (fails && call == calls - 1)
            {
                if (random.PerMille(250))
                {
                    tx.FailForBudget();
                }
                else
                {
                    tx.Log("Error: stale update"u8);
                    tx.Fail(6_000u + (uint)random.Below(40));
                }
            }
            else
            {
                tx.Log("updated at slot "u8, stage.World.Slot);
                tx.Close();
            }
        }

        stage.Send();
    }

    /// <summary>A key without money that a wallet's programs ask to sign beside it.</summary>
    private int SessionKeyOf(int wallet)
    {
        if (!_sessionKeys.TryGetValue(wallet, out var key)) { _sessionKeys.Add(wallet, key = stage.World.NewAccount(0)); }
        return key;
    }

    private int AnyWallet(int payer)
    {
        if (stage.Random.PerMille(250)) { return AnyExchange(payer); }
        var user = users.AnyUser();
        return user == payer ? AnyExchange() : user;
    }

    private int AnyExchange(int except = -1)
    {
        var all = stage.Actors.Exchanges;
        var one = all[stage.Random.Below(all.Length)];
        return one == except ? all[(Array.IndexOf(all, one) + 1) % all.Length] : one;
    }
}
