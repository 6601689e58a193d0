namespace Sluice.Lab.Scenarios.LookAlikes;

/// <summary>Plants transactions that look like arbitrage and are none, each kind as often as the others.</summary>
internal sealed class LookAlikePlanter
{
    private const int Attempts = 60;

    private readonly Stage _stage;
    private readonly Func<bool>[] _kinds;

    public LookAlikePlanter(Stage stage, RouteLookAlikes routes, RoundTrips trips, MoneyBeside beside)
    {
        _stage = stage;
        _kinds =
        [
            routes.SeveralHops, routes.FromNativeSol, routes.ToNativeSol,
            routes.Split, routes.WithReferrer, routes.BetweenDollarsAtLoss,
            trips.OppositeSwapsAtLoss, trips.VolumeBot,
            beside.AirdropBesideSwap, beside.StakingDeposit, beside.LiquidityAroundSwap,
        ];
    }

    /// <summary>Plants one, of a kind drawn by chance.</summary>
    public void Plant()
    {
        var kind = _kinds[_stage.Random.Below(_kinds.Length)];
        for (var i = 0; i < Attempts; i++)
        {
            if (kind()) { return; }
        }
    }
}
