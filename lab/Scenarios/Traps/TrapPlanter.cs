namespace Sluice.Lab.Scenarios.Traps;

/// <summary>Plants what looks like a sandwich and is none, each kind as often as the others.</summary>
internal sealed class TrapPlanter(Stage stage, Traders traders, Rotations rotations, Routes routes)
{
    private const int Attempts = 40;

    private readonly Func<bool>[] _kinds =
    [
        traders.MarketMaker, traders.Momentum, traders.UnequalInventory, traders.CopyTrader, traders.OppositeBracket, traders.PriceCameBack,
        traders.BackrunOnly, rotations.SelfRotation, rotations.WashRing, routes.RouterFees, routes.TwoHopsTwice, routes.SplitRound, routes.OtherPool,
        routes.LiquidityAround,
    ];

    /// <summary>Plants one, of a kind drawn by chance; kinds that find no place are drawn again.</summary>
    public void Plant()
    {
        for (var i = 0; i < Attempts; i++)
        {
            if (_kinds[stage.Random.Below(_kinds.Length)]()) { return; }
        }
    }
}
