using Sluice.Lab.Scenarios.Sandwiches;
using Sluice.Lab.Scenarios.Scenes;

namespace Sluice.Lab.Scenarios.Traps;

/// <summary>Traders who buy and sell around others without taking anything from them.</summary>
internal sealed class Traders(TrapScenes scenes, Stage stage)
{
    /// <summary>A market maker quotes both sides, with unrelated trades of both directions between.</summary>
    public bool MarketMaker()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } maker) { return false; }
        var wallet = maker.Wallets[0];
        var size = TrapScenes.Part(leg, 1, 4, random);
        if (!scenes.CanPay(wallet, leg.MintIn, size * 4) || !scenes.CanPay(wallet, leg.MintOut, leg.Quote(size) * 3)) { return false; }
        var via = random.PerMille(500) ? Via.Program : Via.Direct;
        var scene = scenes.Open("market_maker", leg, atOnce: random.PerMille(300), maker);
        for (var round = 2 + random.Below(3); round > 0; round--)
        {
            var buys = size / 100 * random.Range(70, 130);
            var sells = leg.Quote(size) / 100 * random.Range(70, 130);
            scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, leg, buys) { Via = via, Program = maker.Program }));
            scenes.Then(scene, () => scenes.Other(scene, leg, size * 2));
            scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, TrapScenes.Back(leg), sells) { Via = via, Program = maker.Program }));
            scenes.Then(scene, () => scenes.Other(scene, TrapScenes.Back(leg), leg.Quote(size) * 2));
        }

        scenes.Begin(scene);
        return true;
    }

    /// <summary>Three different wallets buy one behind the other, a fourth sells about as much as the first bought.</summary>
    public bool Momentum()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg) { return false; }
        var size = TrapScenes.Part(leg, 3, 9, random);
        var bought = leg.Quote(size);
        var scene = scenes.Open("three_buyer_momentum", leg, atOnce: random.PerMille(500));
        for (var i = 0; i < 3; i++) { scenes.Then(scene, () => scenes.Other(scene, leg, size / 100 * random.Range(80, 120))); }
        scenes.Then(scene, () => scenes.Other(scene, TrapScenes.Back(leg), bought));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A trader sells more than he bought, from what he held before.</summary>
    public bool UnequalInventory()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } trader) { return false; }
        var wallet = trader.Wallets[0];
        var size = TrapScenes.Part(leg, 2, 6, random);
        if (!scenes.CanPay(wallet, leg.MintIn, size) || !scenes.CanPay(wallet, leg.MintOut, leg.Quote(size) * 4)) { return false; }
        var via = random.PerMille(400) ? Via.Program : Via.Direct;
        var scene = scenes.Open("unequal_inventory", leg, atOnce: random.PerMille(500), trader);
        ulong bought = 0;
        scenes.Then(scene, () => bought = scenes.Own(scene, new Order(wallet, leg, size) { Via = via, Program = trader.Program }));
        scenes.Then(scene, () => scenes.Other(scene, leg, size * 2));
        scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, TrapScenes.Back(leg), bought / 1_000 * random.Range(1_030, 2_800)) { Via = via, Program = trader.Program }));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A copy-trader buys before somebody else and sells long after, when every window is over.</summary>
    public bool CopyTrader()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } trader) { return false; }
        var wallet = trader.Wallets[0];
        var size = TrapScenes.Part(leg, 2, 6, random);
        if (!scenes.CanPay(wallet, leg.MintIn, size)) { return false; }
        var scene = scenes.Open("copy_trader", leg, atOnce: false, trader);
        var later = Attack.LastOf(stage.World.Slot) - stage.World.Slot + 1 + (ulong)random.Below(6);
        ulong bought = 0;
        scenes.Then(scene, () => scenes.Other(scene, leg, size * 2));
        scenes.Then(scene, () => bought = scenes.Own(scene, new Order(wallet, leg, size)));
        scenes.Then(scene, () => scenes.Other(scene, leg, size * 2));
        scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, TrapScenes.Back(leg), bought)), later);
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A trader is in and out around somebody who trades the other way: his purchase made that one's price better.</summary>
    public bool OppositeBracket()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } trader) { return false; }
        var wallet = trader.Wallets[0];
        var size = TrapScenes.Part(leg, 2, 6, random);
        if (!scenes.CanPay(wallet, leg.MintIn, size)) { return false; }
        var scene = scenes.Open("opposite_bracket", leg, atOnce: true, trader);
        ulong bought = 0;
        scenes.Then(scene, () => bought = scenes.Own(scene, new Order(wallet, leg, size) { Via = Via.Program, Program = trader.Program }));
        scenes.Then(scene, () => scenes.Other(scene, TrapScenes.Back(leg), leg.Quote(size)));
        scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, TrapScenes.Back(leg), bought) { Via = Via.Program, Program = trader.Program }));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>Somebody's sale brings the price back, below what it was before the trader bought, before the next one buys.</summary>
    public bool PriceCameBack()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } trader) { return false; }
        var wallet = trader.Wallets[0];
        var size = TrapScenes.Part(leg, 2, 5, random);
        if (!scenes.CanPay(wallet, leg.MintIn, size)) { return false; }
        var scene = scenes.Open("no_headroom", leg, atOnce: true, trader);
        ulong bought = 0;
        scenes.Then(scene, () => bought = scenes.Own(scene, new Order(wallet, leg, size)));
        scenes.Then(scene, () => scenes.Other(scene, TrapScenes.Back(leg), bought / 10 * random.Range(20, 35)));
        scenes.Then(scene, () => scenes.Other(scene, leg, size / 10));
        scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, TrapScenes.Back(leg), bought)));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A searcher sells from its stock right behind somebody's purchase, and bought nothing before it.</summary>
    public bool BackrunOnly()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } searcher) { return false; }
        var wallet = searcher.Wallets[0];
        var size = TrapScenes.Part(leg, 4, 10, random);
        var stock = leg.Quote(size);
        if (!scenes.CanPay(wallet, leg.MintOut, stock)) { return false; }
        var scene = scenes.Open("backrun_only", leg, atOnce: random.PerMille(600), searcher);
        scenes.Then(scene, () => scenes.Other(scene, leg, size));
        scenes.Then(scene, () => scenes.Own(scene, new Order(wallet, TrapScenes.Back(leg), stock / 100 * random.Range(40, 100)) { Via = Via.Program, Program = searcher.Program }));
        scenes.Then(scene, () => scenes.Other(scene, leg, size / 2));
        scenes.Begin(scene);
        return true;
    }
}
