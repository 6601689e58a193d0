using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Scenes;

/// <summary>A swap that lost by a scene's own trades, and what it would have given without them.</summary>
internal readonly record struct Loser(TapeSwap Swap, ulong? Without);

/// <summary>Who lost by a scene: all swaps of others done again from the pool's state before it, without its own.</summary>
internal sealed class Counterfactual(Stage stage)
{
    private readonly List<Loser> _losers = [];

    /// <summary>Swaps in the direction of the scene's first trade, after it and before the last one, that lost by its own trades.</summary>
    /// <remarks>
    /// Nobody lost who got no worse a price than the pool gave before the scene: somebody else had brought it back by then. Who trades both ways in one
    /// transaction, and searchers, take prices as they are and lose nothing. Where the swaps as they were do not give the
    /// amounts that they gave, liquidity has changed and nothing is known; then all others in between are named.
    /// </remarks>
    public List<Loser> Find(Scene scene)
    {
        _losers.Clear();
        var tape = scene.Tape;
        var first = tape.FindIndex(s => s.Role == TruthRole.Front);
        if (first < 0 || scene.Legs.FindLast(l => l.Role == TruthRole.Back) is not { } last) { return _losers; }
        var isKnown = Repeats(scene);
        var now = scene.Pool.Snapshot();
        scene.Pool.Restore(scene.Start);
        for (var i = 0; i < tape.Count; i++)
        {
            var swap = tape[i];
            if (swap.Role is not null) { continue; }
            var isBetween = i > first && (swap.Slot, swap.Sent.Index).CompareTo((last.Slot, last.Index)) < 0;
            var mayLose = isBetween && swap.Swap.AToB == scene.AToB && !swap.IsRound;
            if (!isKnown)
            {
                if (mayLose) { _losers.Add(new Loser(swap, null)); }
                continue;
            }

            var without = Repeat(scene.Pool, swap.Swap);
            if (mayLose && without > swap.Swap.AmountOut && HadHeadroom(scene, swap.Swap)) { _losers.Add(new Loser(swap, without)); }
        }

        scene.Pool.Restore(now);
        return _losers;
    }

    private static bool HadHeadroom(Scene scene, in DoneSwap swap)
    {
        var now = scene.Pool.Snapshot();
        scene.Pool.Restore(scene.Start);
        var quoted = scene.Pool.Venue.Quote(scene.Pool, swap.AToB, swap.AmountIn);
        scene.Pool.Restore(now);
        return quoted > swap.AmountOut;
    }

    /// <summary>Does a swap again and says what the amount that it paid gives now; null where the pool has too little.</summary>
    private static ulong? Repeat(Pool pool, in DoneSwap swap)
    {
        if (!swap.Asked.IsExactOut) { return pool.Venue.TryApply(pool, swap.AToB, swap.Asked.Amount, out var again) ? again : null; }
        var received = pool.Venue.Quote(pool, swap.AToB, swap.AmountIn);
        pool.Venue.ApplyExactOut(pool, swap.AToB, swap.Asked.Amount);
        return received;
    }

    /// <summary>Whether all swaps, the scene's own with them, give again what they gave.</summary>
    private bool Repeats(Scene scene)
    {
        var now = scene.Pool.Snapshot();
        scene.Pool.Restore(scene.Start);
        var same = true;
        foreach (var step in scene.Tape)
        {
            var asked = step.Swap.Asked;
            same &= asked.IsExactOut
                ? scene.Pool.Venue.ApplyExactOut(scene.Pool, asked.AToB, asked.Amount) == step.Swap.AmountIn
                : scene.Pool.Venue.TryApply(scene.Pool, asked.AToB, asked.Amount, out var again) && again == step.Swap.AmountOut;
        }

        var (a, b) = (stage.Accounts[scene.Pool.VaultA].Amount, stage.Accounts[scene.Pool.VaultB].Amount);
        scene.Pool.Restore(now);
        return same && (a, b) == (stage.Accounts[scene.Pool.VaultA].Amount, stage.Accounts[scene.Pool.VaultB].Amount);
    }
}
