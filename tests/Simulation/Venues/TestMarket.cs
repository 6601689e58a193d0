using Sluice.Lab.Chain;
using Sluice.Lab.Json;
using Sluice.Lab.Venues;

namespace Sluice.Tests.Simulation.Venues;

/// <summary>The pools that a simulation starts with, and one wallet that can pay for anything.</summary>
internal sealed class TestMarket
{
    private readonly Dictionary<int, int> _tokens = [];

    public TestMarket(ulong seed)
    {
        World = new World(seed);
        Genesis = new Genesis(World, new Prng(seed, stream: 3));
        Genesis.Run();
        Random = new Prng(seed, stream: 77);
        Tx = new TransactionBuilder(World);
        Wallet = World.NewAccount(900_000_000_000_000);
    }

    public World World { get; }

    public Genesis Genesis { get; }

    public Prng Random { get; }

    public TransactionBuilder Tx { get; }

    public int Wallet { get; }

    /// <summary>The wallet's account of the mint, filled to the brim.</summary>
    public int Tokens(Mint mint)
    {
        if (!_tokens.TryGetValue(mint.Number, out var account))
        {
            account = World.NewTokenAccount(mint, Wallet, 0);
            _tokens.Add(mint.Number, account);
        }

        World.Fund(account, ulong.MaxValue / 8);
        return account;
    }

    /// <summary>Begins a transaction of the wallet.</summary>
    public TransactionBuilder Begin()
    {
        Tx.Begin(Wallet, new ComputeBudget(1_400_000, 0), versioned: true, usesTables: true);
        return Tx;
    }

    /// <summary>A swap by the venue's instruction in a transaction of its own; what the trader received.</summary>
    public ulong Swap(Pool pool, bool aToB, ulong amount)
    {
        var (a, b) = (Tokens(pool.MintA), pool.Kind == VenueKind.PumpFun ? Wallet : Tokens(pool.MintB));
        if (pool.Kind == VenueKind.PumpFun) { b = a; }
        Begin();
        var received = pool.Venue.Swap(Tx, pool, new Trade(Wallet, aToB ? a : b, aToB ? b : a, aToB, amount, 0));
        Tx.End();
        return received;
    }

    /// <summary>Appends the transaction that was just ended, as a node shows it.</summary>
    /// <param name="json">Transactions with commas between.</param>
    /// <param name="number">Tells its signature from others'.</param>
    public void Write(Utf8Buffer json, int number)
    {
        var signature = new byte[64];
        Array.Fill(signature, (byte)(number + 1));
        if (json.Length > 0) { json.Byte((byte)','); }
        new TransactionJson(World).Write(json, Tx, signature, "11111111111111111111111111111111"u8);
    }

    /// <summary>An amount between a millionth and a hundredth of what the pool can take.</summary>
    public ulong AnyAmount(Pool pool, bool aToB)
    {
        var (a, b) = pool.Venue.Reserves(pool);
        var most = Math.Max((aToB ? a : b) / 100, 2_000);
        return Random.Magnitude(Math.Max(most / 10_000, 1_000), most);
    }
}
