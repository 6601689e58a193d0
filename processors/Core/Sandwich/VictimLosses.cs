using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Writes the victims down, each with what it lost and what it had declared to accept.</summary>
internal sealed class VictimLosses(GroupFacts facts, Actors actors)
{
    private readonly PoolReplay _replay = new();
    private readonly ValueList<int> _stretch = new();
    private PoolStep[] _steps = [];
    private LossEstimate[] _estimates = [];
    private int _stepsLeft;

    /// <summary>Begins the findings of a block.</summary>
    public void BeginBlock() => _stepsLeft = SandwichRules.MaxReplayStepsPerBlock;

    /// <param name="victims">Legs in order.</param>
    public void Write(in Position position, ReadOnlySpan<int> victims, ref Schemas.Records.Sandwich finding)
    {
        var isReplayed = Replay(position, victims);
        var next = 0;
        foreach (var victim in victims)
        {
            var loss = default(LossEstimate);
            if (isReplayed)
            {
                while (_stretch[next] != victim) { next++; }
                loss = _estimates[next];
            }

            WriteVictim(victim, loss, ref finding);
        }
    }

    private void WriteVictim(int number, in LossEstimate loss, ref Schemas.Records.Sandwich finding)
    {
        ref readonly var leg = ref facts.Legs[number];
        ref readonly var swap = ref facts.SwapOf(number);
        ref readonly var tx = ref facts.TxFacts[leg.Tx];
        ref var victim = ref finding.Victims.Add();
        victim.Slot = facts.TxFacts[leg.Tx].Slot;
        victim.TxIndex = tx.Index;
        victim.Signature = facts.SignatureOf(leg.Tx);
        victim.Signer = facts.Keys[tx.Signer];
        victim.Trader = swap.Trader;
        victim.IxIndex = swap.IxIndex;
        victim.InnerIxIndex = swap.InnerIxIndex;
        victim.LegIndex = swap.LegIndex;
        victim.AmountIn = leg.Paid;
        victim.AmountOut = leg.Received;
        victim.AmountOutWithout = loss.AmountOutWithout;
        victim.LossLow = loss.LossLow;
        victim.LossHigh = loss.LossHigh;
        victim.LossMethod = loss.Method;
        ref readonly var whole = ref facts.TransactionOf(leg.Tx);
        victim.LossQuote = LossMoney.ToQuote(swap, loss);
        var slippage = Slippage.Of(whole, leg.Swap, loss);
        victim.LimitAmount = slippage.LimitAmount;
        victim.SlippageBps = slippage.SlippageBps;
        victim.SlippageUsed = slippage.Used;
        victim.DontFrontMark = whole.DontFrontMark;
        victim.ViaAggregator = whole.UsesAggregator;
        victim.Wrapper = whole.Wrapper;
        if (victim.LossQuote is { } quote) { finding.VictimLoss = (finding.VictimLoss ?? 0) + quote; }
        else { finding.VictimsWithoutLoss++; }
    }

    /// <summary>Replays the pool from the first front leg to the last victim without the attacker; false where that is too long.</summary>
    private bool Replay(in Position position, ReadOnlySpan<int> victims)
    {
        _stretch.Clear();
        var (left, right) = (victims[^1], facts.Legs[victims[^1]].BeforeOpposite);
        while (left >= position.FirstFront || right >= position.FirstFront)
        {
            ref var later = ref left > right ? ref left : ref right;
            _stretch.Add(later);
            later = facts.Legs[later].Before;
            if (_stretch.Count > Math.Min(SandwichRules.MaxReplaySteps, _stepsLeft)) { return false; }
        }

        _stretch.Span.Reverse();
        var count = _stretch.Count;
        _stepsLeft -= count;
        if (_steps.Length < count)
        {
            Array.Resize(ref _steps, Math.Max(count, _steps.Length * 2));
            Array.Resize(ref _estimates, _steps.Length);
        }

        var victim = 0;
        for (var i = 0; i < count; i++)
        {
            var leg = _stretch[i];
            var isVictim = victim < victims.Length && victims[victim] == leg;
            if (isVictim) { victim++; }
            _steps[i].Swap = facts.SwapOf(leg);
            _steps[i].Role = isVictim ? StepRole.Victim : actors.Include(leg) ? StepRole.Attacker : StepRole.Other;
        }

        _replay.Estimate(_steps.AsSpan(0, count), _estimates.AsSpan(0, count));
        return true;
    }
}
