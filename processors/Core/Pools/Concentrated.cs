using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>Replays pools of concentrated liquidity as long as they stay in one range of liquidity.</summary>
/// <remarks>
/// With s the square root of the price of the first token in the second and L the liquidity, a swap that pays the first token moves s down:
/// a = L · (1/s' − 1/s) in, L · (s − s') out; one that pays the second moves it up: a = L · (s' − s) in, L · (1/s − 1/s') out. Steps:
/// <list type="number">
/// <item>The square-root price before and after each observed swap: as stated, or as the swap before left it.</item>
/// <item>L: what the amounts out (with the fee on the way out, where there is one) and the prices allow, to the base unit that they are rounded to. One L must
/// explain all swaps, and with it what moved the curve must be what was paid less one fee rate; else liquidity changed on the way.</item>
/// <item>From the price before the attacker's first swap, do all swaps but the attacker's, as long as they stay between the prices that were seen.</item>
/// </list>
/// Prices are Q64.64, liquidity has 40 fractional bits. L is known to one part in the largest amount out, so a loss may be open by a few base units.
/// </remarks>
internal sealed class Concentrated
{
    private const int LiquidityBits = 40;

    /// <summary>Base units by which what moved the curve may be off.</summary>
    private const int Rounding = 3;

    private Move[] _moves = new Move[16];

    /// <summary>Works out losses; false when the steps do not stay in one known range.</summary>
    /// <param name="steps">Swaps of the pool.</param>
    /// <param name="first">The attacker's first.</param>
    /// <param name="isOneRange">True when all of the pool's liquidity lies in one range, so that prices not seen in the window have the same.</param>
    /// <param name="losses">Receives the victims'.</param>
    public bool TryEstimate(ReadOnlySpan<PoolStep> steps, int first, bool isOneRange, Span<LossEstimate> losses)
    {
        if (_moves.Length < steps.Length) { _moves = new Move[Math.Max(steps.Length, _moves.Length * 2)]; }
        var moves = _moves.AsSpan(0, steps.Length);
        if (!TryReadMoves(steps, first, moves) || !TryFindLiquidity(steps, first, moves, out var low, out var high)) { return false; }
        var liquidity = low + ((high - low) >> 1);
        if (!IsPaid(steps, first, moves, low, high)) { return false; }

        var root = moves[first].Before;
        var (least, most) = (UInt128.MaxValue, UInt128.Zero);
        for (var i = first; i < steps.Length; i++)
        {
            least = UInt128.Min(least, UInt128.Min(moves[i].Before, moves[i].After));
            most = UInt128.Max(most, UInt128.Max(moves[i].Before, moves[i].After));
        }

        for (var i = first; i < steps.Length; i++)
        {
            if (steps[i].Role == StepRole.Attacker) { continue; }
            ref readonly var swap = ref steps[i].Swap;
            ref readonly var move = ref moves[i];
            if (!TryNext(root, move.Net, move.PaysFirst, liquidity, out var next)) { return false; }
            if (!isOneRange && (next < least || next > most))
            {
                // The amount is known to the unit that fees are rounded to; as much may lie beyond.
                if (!TryNext(root, move.Net - UInt128.Min(move.Net, Rounding), move.PaysFirst, liquidity, out var nearer) || nearer < least || nearer > most) { return false; }
                next = UInt128.Clamp(next, least, most);
            }

            if (!TryGross(root, next, move.PaysFirst, liquidity, out var gross)) { return false; }
            if (steps[i].Role == StepRole.Victim)
            {
                var amount = move.Gross == swap.AmountOut ? gross : Share(gross, swap.AmountOut, move.Gross);
                losses[i] = ConstantProduct.LossOf(swap, amount, LossMethod.Concentrated);
            }

            if (swap.IsExactOut && !TryBack(root, move.Gross, move.PaysFirst, liquidity, out next)) { return false; }
            root = next;
        }

        return true;
    }

    /// <summary>Square-root price before a swap that states the liquidity and the price after it, Q64.64, by what came out.</summary>
    /// <remarks>
    /// What came out at that liquidity tells how far the price went, and this what must have gone in; the rest of what was paid is the fee. Where liquidity changed on the way, the price is wrong by a
    /// part of the move, and the fee by half as much: so a rate that is no whole number of basis points, as those of the programs with such events are, tells that it did.
    /// </remarks>
    /// <returns>False where liquidity changed on the way, or is not stated.</returns>
    public static bool TryRootBefore(in Swap swap, out UInt128 before)
    {
        before = 0;
        if (swap.Liquidity is not { } stated || stated <= 0 || stated >> (127 - LiquidityBits) != 0 || swap.SqrtPriceX64 is not { } after || after <= 0) { return false; }
        var liquidity = (UInt128)stated << LiquidityBits;
        UInt128 gross = swap.AmountOut, paid = swap.AmountIn;
        if (swap.FeeMint == swap.MintOut) { gross += swap.FeeAmount ?? 0; }
        if (paid == 0) { return false; }
        var found = 0;
        foreach (var paysFirst in (ReadOnlySpan<bool>)[true, false])
        {
            var move = new Move { After = (UInt128)after, Gross = gross, PaysFirst = paysFirst };
            if (!TryBefore(move, liquidity, out var root) || root == 0 || !TryGross(root, move.After, !paysFirst, liquidity, out var net)) { continue; }
            if (net > paid || net * 10_000 < paid * (10_000 - PoolRules.MaxFeeBps) || !IsWholeBps(paid - net, paid)) { continue; }
            before = root;
            found++;
        }

        return found == 1;
    }

    /// <summary>True when a fee is a whole number of basis points of what was paid, to a hundredth of one.</summary>
    private static bool IsWholeBps(UInt128 fee, UInt128 paid)
    {
        var rest = fee * 10_000 % paid;
        return UInt128.Min(rest, paid - rest) * 100 <= paid;
    }

    /// <summary>Prices around each swap, its direction, and what left the curve.</summary>
    private static bool TryReadMoves(ReadOnlySpan<PoolStep> steps, int first, Span<Move> moves)
    {
        var firstMint = default(Schemas.Chain.Pubkey?);
        for (var i = first; i < steps.Length; i++)
        {
            ref readonly var swap = ref steps[i].Swap;
            if (swap.SqrtPriceX64 is not { } after || after <= 0) { return false; }
            var before = swap.SqrtPriceBeforeX64 ?? (i > 0 ? steps[i - 1].Swap.SqrtPriceX64 : null);
            if (before <= 0) { return false; }
            moves[i] = new() { Before = (UInt128)(before ?? 0), After = (UInt128)after, Gross = swap.AmountOut };
            if (swap.FeeMint == swap.MintOut) { moves[i].Gross += swap.FeeAmount ?? 0; }
            if (before is null || before == after) { continue; }
            var pays = after < before ? swap.MintIn : swap.MintOut;
            if (firstMint is { } known && known != pays) { return false; }
            firstMint = pays;
        }

        if (firstMint is not { } mint) { return false; }
        for (var i = first; i < steps.Length; i++) { moves[i].PaysFirst = steps[i].Swap.MintIn == mint; }
        return true;
    }

    /// <summary>The range of L that all swaps with two known prices allow; then the price before the first, where it is not known yet.</summary>
    private static bool TryFindLiquidity(ReadOnlySpan<PoolStep> steps, int first, Span<Move> moves, out UInt128 low, out UInt128 high)
    {
        (low, high) = (0, UInt128.MaxValue);
        var seen = 0;
        for (var i = first; i < steps.Length; i++)
        {
            ref readonly var move = ref moves[i];
            if (move.Before == 0 || move.Before == move.After) { continue; }
            if (!TryLiquidity(move, out var least, out var most)) { return false; }
            low = UInt128.Max(low, least);
            high = UInt128.Min(high, most);
            seen++;
        }

        // Stated liquidity is that after a swap: another one means that a tick was crossed.
        for (var i = first; i < steps.Length; i++)
        {
            if (steps[i].Swap.Liquidity is not { } stated) { continue; }
            if (stated <= 0 || stated >> (127 - LiquidityBits) != 0) { return false; }
            var exact = (UInt128)stated << LiquidityBits;
            if (exact < low || exact > high) { return false; }
            (low, high) = (exact, exact);
            seen++;
        }

        if (seen == 0 || low > high || low == 0) { return false; }
        ref var start = ref moves[first];
        if (start.Before != 0) { return true; }
        start.IsDerived = true;
        return TryBefore(start, low + ((high - low) >> 1), out start.Before);
    }

    private static bool TryLiquidity(in Move move, out UInt128 least, out UInt128 most)
    {
        (least, most) = (0, 0);
        var (under, over) = move.Before < move.After ? (move.Before, move.After) : (move.After, move.Before);
        if (move.PaysFirst)
        {
            // L = out / (s − s')
            return Wide.TryMulDiv(move.Gross, (UInt128)1 << (64 + LiquidityBits), over - under, out least)
                && Wide.TryMulDivUp(move.Gross + 1, (UInt128)1 << (64 + LiquidityBits), over - under, out most);
        }

        // L = out · s · s' / (s' − s)
        return Wide.TryMulDiv(under, over, over - under, out var down) && Wide.TryMulDivUp(under, over, over - under, out var up)
            && Wide.TryMulDiv(move.Gross, down, (UInt128)1 << (64 - LiquidityBits), out least)
            && Wide.TryMulDivUp(move.Gross + 2, up, (UInt128)1 << (64 - LiquidityBits), out most); // programs divide twice, and round twice
    }

    /// <summary>What moved the curve at this liquidity must be what was paid, less one fee rate for all swaps of a direction (none where the fee is taken on the way out).</summary>
    private static bool IsPaid(ReadOnlySpan<PoolStep> steps, int first, Span<Move> moves, UInt128 low, UInt128 high)
    {
        var (down, up) = (default(FeeInterval), default(FeeInterval));
        for (var i = first; i < steps.Length; i++)
        {
            ref readonly var swap = ref steps[i].Swap;
            ref var move = ref moves[i];
            if (!TryGross(move.Before, move.After, !move.PaysFirst, low, out var least) || !TryGross(move.Before, move.After, !move.PaysFirst, high, out var most)) { return false; }

            // Open: what the liquidity leaves open, and the last digit of a price and of the amounts.
            var distance = move.Before < move.After ? move.After - move.Before : move.Before - move.After;
            var open = 2 + (most / UInt128.Max(distance, 1));
            if (move.IsDerived) { open += 2 * most / UInt128.Max(move.Gross, 1); }
            UInt128 paid = swap.AmountIn;
            if (least > paid + open) { return false; }
            move.LeastFee = paid > most + open ? paid - most - open : 0;
            move.MostFee = UInt128.Min(paid, paid + open - UInt128.Min(least, paid + open));
            if (swap.FeeAmount is { } stated && (swap.FeeMint == swap.MintIn || swap.FeeMint == swap.MintOut))
            {
                UInt128 fee = swap.FeeMint == swap.MintIn ? stated : 0;
                if (fee < move.LeastFee || fee > move.MostFee) { return false; }
                (move.Net, move.IsStated) = (paid - fee, true);
                continue;
            }

            if (!(move.PaysFirst ? ref down : ref up).Take(move.LeastFee, move.MostFee, paid)) { return false; }
        }

        // The rate tells what moved the curve to the unit, which prices and liquidity leave open.
        for (var i = first; i < steps.Length; i++)
        {
            ref var move = ref moves[i];
            UInt128 paid = steps[i].Swap.AmountIn;
            if (!move.IsStated) { move.Net = paid - (move.PaysFirst ? down : up).FeeOf(paid, move.LeastFee, move.MostFee); }
        }

        return true;
    }

    /// <summary>Price before a swap, of the price after it and what left the curve.</summary>
    private static bool TryBefore(in Move move, UInt128 liquidity, out UInt128 before)
    {
        before = 0;
        if (move.PaysFirst)
        {
            // s = s' + out / L
            if (!Wide.TryMulDivUp(move.Gross, (UInt128)1 << (64 + LiquidityBits), liquidity, out var step) || step > UInt128.MaxValue - move.After) { return false; }
            before = move.After + step;
            return true;
        }

        // 1/s = 1/s' + out / L
        return TryTurn(move.After, move.Gross, liquidity, true, out before);
    }

    /// <summary>Price after an amount moved the curve.</summary>
    private static bool TryNext(UInt128 root, UInt128 net, bool paysFirst, UInt128 liquidity, out UInt128 next)
    {
        next = 0;
        if (paysFirst) { return TryTurn(root, net, liquidity, true, out next); } // 1/s' = 1/s + a / L
        if (!Wide.TryMulDiv(net, (UInt128)1 << (64 + LiquidityBits), liquidity, out var step) || step > UInt128.MaxValue - root) { return false; }
        next = root + step; // s' = s + a / L
        return true;
    }

    /// <summary>Price after an amount left the curve.</summary>
    private static bool TryBack(UInt128 root, UInt128 gross, bool paysFirst, UInt128 liquidity, out UInt128 next)
    {
        next = 0;
        if (!paysFirst) { return TryTurn(root, gross, liquidity, false, out next); } // 1/s' = 1/s − out / L
        if (!Wide.TryMulDivUp(gross, (UInt128)1 << (64 + LiquidityBits), liquidity, out var step) || step >= root) { return false; }
        next = root - step; // s' = s − out / L
        return true;
    }

    /// <summary>1/s' = 1/s ± amount / L, so s' = L · s / (L ± amount · s), rounded up.</summary>
    private static bool TryTurn(UInt128 root, UInt128 amount, UInt128 liquidity, bool isMore, out UInt128 turned)
    {
        turned = 0;
        if (!Wide.TryMulDiv(amount, root, (UInt128)1 << (64 - LiquidityBits), out var weight)) { return false; }
        if (isMore ? weight > UInt128.MaxValue - liquidity : weight >= liquidity) { return false; }
        return Wide.TryMulDivUp(liquidity, root, isMore ? liquidity + weight : liquidity - weight, out turned);
    }

    /// <summary>What the curve gives between two prices, of the second token or of the first, rounded down.</summary>
    private static bool TryGross(UInt128 from, UInt128 to, bool ofSecond, UInt128 liquidity, out UInt128 gross)
    {
        var (under, over) = from < to ? (from, to) : (to, from);
        if (ofSecond) { return Wide.TryMulDiv(liquidity, over - under, (UInt128)1 << (64 + LiquidityBits), out gross); }
        gross = 0;

        // L · (s' − s) / (s · s')
        return Wide.TryMulDiv(liquidity, over - under, over, out var part) && Wide.TryMulDiv(part, (UInt128)1 << (64 - LiquidityBits), under, out gross);
    }

    private static UInt128 Share(UInt128 value, UInt128 part, UInt128 of) => of == 0 ? 0 : value * part / of;

    /// <summary>One observed swap on the curve.</summary>
    private struct Move
    {
        /// <summary>Square-root prices around it; before is 0 while it is not known.</summary>
        public UInt128 Before, After;

        /// <summary>What left the curve, the fee on the way out with it.</summary>
        public UInt128 Gross;

        /// <summary>What moved the curve.</summary>
        public UInt128 Net;

        /// <summary>Least and greatest fee on the way in that prices and liquidity allow.</summary>
        public UInt128 LeastFee, MostFee;

        /// <summary>True when the first token is paid: the price falls.</summary>
        public bool PaysFirst;

        /// <summary>True when the price before was worked out from the amount out.</summary>
        public bool IsDerived;

        /// <summary>True when an event states the fee.</summary>
        public bool IsStated;
    }
}
