using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>A program's liquidations and liquidity changes, ready for use by the engine.</summary>
internal sealed class LendingCatalog
{
    /// <summary>That of a program without any.</summary>
    public static LendingCatalog Empty { get; } = new();

    /// <summary>Finds a liquidation by its first bytes.</summary>
    public DiscriminatorTable<LiquidationLayout> Liquidations { get; private init; } = DiscriminatorTable<LiquidationLayout>.Empty;

    /// <summary>Finds a part of a liquidation by its first bytes.</summary>
    public DiscriminatorTable<LiquidationPartFile> Parts { get; private init; } = DiscriminatorTable<LiquidationPartFile>.Empty;

    /// <summary>Finds a liquidity change by its first bytes.</summary>
    public DiscriminatorTable<LiquidityFile> Liquidity { get; private init; } = DiscriminatorTable<LiquidityFile>.Empty;

    /// <summary>The event that states amounts, or null.</summary>
    public LiquidationEventLayout? Event { get; private init; }

    /// <summary>Reads a file; <paramref name="hex"/> turns hex into bytes and names the file where it cannot.</summary>
    public static LendingCatalog Of(VenueFile file, Func<string, byte[]> hex)
    {
        if (file.Liquidations.Length == 0 && file.Liquidity.Length == 0) { return Empty; }
        return new()
        {
            Liquidations = Table(file.Liquidations.Select(l => (hex(l.Data), new LiquidationLayout(l, hex)))),
            Parts = Table(file.LiquidationParts.Select(p => (hex(p.Data), p))),
            Liquidity = Table(file.Liquidity.Select(l => (hex(l.Data), l))),
            Event = file.LiquidationEvent is { } e ? new LiquidationEventLayout(e, hex) : null,
        };
    }

    private static DiscriminatorTable<T> Table<T>(IEnumerable<(byte[] Prefix, T Value)> entries)
        where T : class
    {
        var list = entries.ToList();
        return list.Count == 0 ? DiscriminatorTable<T>.Empty : new(list);
    }
}

/// <summary>Layout of an instruction that liquidates.</summary>
internal sealed class LiquidationLayout(LiquidationFile file, Func<string, byte[]> hex)
{
    public LiquidationFile File { get; } = file;

    /// <summary>Bytes before the arguments.</summary>
    public int PrefixLength { get; } = hex(file.Data).Length;

    /// <summary>First bytes of the closing instruction; empty where this one is the whole liquidation.</summary>
    public byte[] Until { get; } = file.Until is { } until ? hex(until) : [];
}

/// <summary>Layout of an event that states a liquidation's amounts.</summary>
internal sealed class LiquidationEventLayout(LiquidationEventFile file, Func<string, byte[]> hex)
{
    private readonly Dictionary<int, Pubkey> _mints = file.MarketMints.ToDictionary(m => m.Key, m => Pubkey.Parse(m.Value));

    public byte[] Prefix { get; } = hex(file.Data);

    public LiquidationEventCode Code { get; } = file.Code;

    /// <summary>Mint of a market, or null where the file does not list it.</summary>
    public Pubkey? MintOf(int market) => _mints.TryGetValue(market, out var mint) ? mint : null;
}
