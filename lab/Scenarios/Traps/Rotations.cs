using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.Scenes;

namespace Sluice.Lab.Scenarios.Traps;

/// <summary>One operator's wallets that trade with each other to look busy.</summary>
internal sealed class Rotations(TrapScenes scenes)
{
    /// <summary>One wallet buys, another of the same operator buys behind it, the first sells: nobody else is there to lose.</summary>
    public bool SelfRotation()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } self) { return false; }
        var (first, second) = (self.Wallets[0], self.Wallets[1]);
        var size = TrapScenes.Part(leg, 2, 6, random);
        if (!scenes.CanPay(first, leg.MintIn, size) || !scenes.CanPay(second, leg.MintIn, size * 3)) { return false; }
        var scene = scenes.Open("self_rotation", leg, atOnce: true, self);
        ulong bought = 0;
        scenes.Then(scene, () => bought = scenes.Own(scene, new Order(first, leg, size) { Via = Via.Program, Program = self.Program }));
        scenes.Then(scene, () => scenes.Own(scene, new Order(second, leg, size * 3) { Via = Via.Program, Program = self.Program }));
        scenes.Then(scene, () => scenes.Own(scene, new Order(first, TrapScenes.Back(leg), bought) { Via = Via.Program, Program = self.Program }));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>
    /// Three to five wallets of one template buy and sell in one block, each around the others, and all sell the same share of what they bought: 1.007 to
    /// 1.009 in the ring that the definitions were checked on; here 0.96 to 1.02.
    /// </summary>
    public bool WashRing()
    {
        var random = scenes.Random;
        if (scenes.FindLeg() is not { } leg || scenes.FindOperator(leg.Pool) is not { } ring) { return false; }
        var wallets = 3 + random.Below(3);
        var size = TrapScenes.Part(leg, 1, 3, random);
        for (var i = 0; i < wallets; i++)
        {
            if (!scenes.CanPay(ring.Wallets[i], leg.MintIn, size * 2) || !scenes.CanPay(ring.Wallets[i], leg.MintOut, leg.Quote(size) * 2)) { return false; }
        }

        var budget = new ComputeBudget((uint)random.Range(200_000, 320_000), random.Range(50_000, 900_000));
        var share = random.PerMille(700) ? random.Range(10_040, 10_200) : random.Range(9_600, 9_990);
        var scene = scenes.Open("wash_ring", leg, atOnce: random.PerMille(400), ring);
        var bought = new ulong[wallets];
        for (var i = 0; i < wallets; i++)
        {
            var at = i;
            var amount = size / 100 * random.Range(70, 130);
            scenes.Then(scene, () => bought[at] = scenes.Own(scene, new Order(ring.Wallets[at], leg, amount) { Budget = budget }));
        }

        for (var i = 0; i < wallets; i++)
        {
            var at = i;
            scenes.Then(scene, () => scenes.Own(scene, new Order(ring.Wallets[at], TrapScenes.Back(leg), (ulong)((UInt128)bought[at] * (share + (ulong)random.Below(10)) / 10_000)) { Budget = budget }));
        }

        scenes.Begin(scene);
        return true;
    }
}
