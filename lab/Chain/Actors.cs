namespace Sluice.Lab.Chain;

/// <summary>A searcher: its wallet, its own program, and whether it keeps wrapped SOL or wraps what it needs.</summary>
internal readonly record struct Searcher(int Wallet, int Program, bool Wraps);

/// <summary>Somebody who attacks: wallets, the first of them the one that funds the others, and a program that only they call.</summary>
internal readonly record struct Operator(int[] Wallets, int Program);

/// <summary>Who sends transactions.</summary>
internal sealed class Actors(World world, int users)
{
    private const int Wallets = 32, Makers = 12, Searchers = 24, Opaques = 40, Rich = 400, Attackers = 40, Hands = 6, Lenders = 10;

    /// <summary>Ordinary wallets.</summary>
    public int[] Users { get; } = Make(users, i => world.NewAccount(2_000_000_000 + ((ulong)(i % 97) * 1_300_000_000)));

    /// <summary>Hot wallets of exchanges: they hold enough to pay everybody out.</summary>
    public int[] Exchanges { get; } = Make(Wallets, _ => world.NewAccount(400_000_000_000_000_000 / Wallets));

    /// <summary>Traders with large inventories, whose trades move prices.</summary>
    public int[] MarketMakers { get; } = Make(Makers, _ => world.NewAccount(60_000_000_000_000));

    public Searcher[] Bots { get; } = Make(
        Searchers,
        i => new Searcher(world.NewAccount(900_000_000_000), world.NewAccount(1_141_440), i % 3 == 0));

    /// <summary>Ordinary wallets with much money, which trade in deep pools.</summary>
    public int[] Whales { get; } = Make(Rich, i => world.NewAccount(6_000_000_000_000 + ((ulong)(i % 31) * 700_000_000_000)));

    public Operator[] Operators { get; } = Make(
        Attackers,
        _ => new Operator(Make(Hands, _ => world.NewAccount(2_500_000_000_000)), world.NewAccount(1_141_440)));

    /// <summary>Liquidators of lending protocols, with programs of their own.</summary>
    public Searcher[] Liquidators { get; } = Make(
        Lenders, _ => new Searcher(world.NewAccount(900_000_000_000), world.NewAccount(1_141_440), Wraps: false));

    /// <summary>Wallets that feed oracles and turn the wheels of protocols.</summary>
    public int[] Keepers { get; } = Make(Lenders * 2, _ => world.NewAccount(300_000_000_000));

    /// <summary>Programs of which nothing is known: games, oracles, order books.</summary>
    public int[] OpaquePrograms { get; } = Make(Opaques, _ => world.NewAccount(1_141_440));

    /// <summary>Accounts that those programs write to.</summary>
    public int[] OpaqueAccounts { get; } = Make(Opaques * 6, i => world.NewAccount(1_500_000 + ((ulong)i * 10_000)));

    /// <summary>Accounts that earn a share of other people's swaps.</summary>
    public int[] Referrers { get; } = Make(10, _ => world.NewAccount(1_000_000_000));

    private static T[] Make<T>(int count, Func<int, T> one)
    {
        var all = new T[count];
        for (var i = 0; i < count; i++) { all[i] = one(i); }
        return all;
    }
}
