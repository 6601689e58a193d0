using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios;

/// <summary>
/// One step of a Jupiter route: a leg, the share of its input that it takes, and which tokens of the plan it joins.
/// </summary>
internal readonly record struct Hop(Leg Leg, byte Percent, byte From, byte To);

/// <summary>Writes Jupiter v6 <c>route</c> instructions: the plan, the inner swaps and one SwapEvent a hop.</summary>
/// <remarks>Source: the program's IDL; transactions 2nLWcmra..., 58F9fNP7... and those of slot 254170887.</remarks>
internal sealed class Jupiter(Stage stage)
{
    private readonly ulong[] _held = new ulong[16];

    /// <summary>What the route would give now.</summary>
    public ulong Quote(List<Hop> hops, ulong amountIn)
    {
        _held.AsSpan().Clear();
        _held[0] = amountIn;
        byte last = 0;
        for (var i = 0; i < hops.Count; i++)
        {
            var hop = hops[i];
            var part = Part(hops, i);
            _held[hop.From] -= part;
            _held[hop.To] += hop.Leg.Quote(part);
            last = hop.To;
        }

        return _held[last];
    }

    /// <summary>Carries out a route as the next outer instruction and returns what it gave.</summary>
    /// <param name="user">Owner of all token accounts, who signs.</param>
    /// <param name="source">Token account that pays.</param>
    /// <param name="destination">Token account that receives.</param>
    /// <param name="hops">Steps; token 0 of the plan is what is sold, the last step's token what is bought.</param>
    /// <param name="amountIn">Base units to sell.</param>
    /// <param name="fails">Whether the route ends in "slippage tolerance exceeded".</param>
    /// <param name="feeAccount">Token account of a referrer who gets <paramref name="feeBps"/> of the output, or -1.</param>
    /// <param name="feeBps">The referrer's share in basis points.</param>
    public ulong Route(int user, int source, int destination, List<Hop> hops, ulong amountIn, bool fails = false,
        int feeAccount = -1, byte feeBps = 0)
    {
        var (tx, programs) = (stage.Tx, stage.World.Programs);
        var bought = hops[^1].Leg.MintOut;
        var quoted = Quote(hops, amountIn);
        tx.Open(programs.Jupiter, 14_000);
        tx.With(programs.Token).With(user, Use.Sign).With(source, Use.Write).With(destination, Use.Write).With(programs.Jupiter);
        tx.With(bought.Account).With(feeAccount < 0 ? programs.Jupiter : feeAccount, feeAccount < 0 ? Use.Read : Use.Write);
        tx.With(programs.JupiterEvents).With(programs.Jupiter).ListInnerAccounts();
        tx.Tag(0xE517CB977AE3AD2A).U32((uint)hops.Count);
        foreach (var hop in hops)
        {
            hop.Leg.Pool.Venue.WriteRouteStep(tx, hop.Leg.Pool, hop.Leg.AToB);
            tx.U8(hop.Percent).U8(hop.From).U8(hop.To);
        }

        tx.U64(amountIn).U64(fails ? quoted + (quoted / 50) : quoted).U16(50).U8(feeBps);
        tx.Log("Instruction: Route"u8);
        _held.AsSpan().Clear();
        _held[0] = amountIn;
        for (var i = 0; i < hops.Count; i++) { Step(hops, i, user, source, destination); }

        if (fails)
        {
            tx.LogAnchorError("SlippageToleranceExceeded"u8, 6001, "Slippage tolerance exceeded"u8);
            tx.Fail(6001);
            return 0;
        }

        var received = _held[hops[^1].To];
        if (feeAccount >= 0)
        {
            var fee = (ulong)((UInt128)received * feeBps / 10_000);
            tx.Transfer(destination, feeAccount, user, fee);
            tx.Event.Start(0x494F4E7FB8D50DDC).Key(feeAccount).Key(bought.Account).U64(fee);
            tx.EmitByCall(programs.Jupiter, programs.JupiterEvents, 199);
            received -= fee;
        }

        tx.Return(received);
        tx.Close(2_500 + ((ulong)hops.Count * (ulong)stage.Options.Traffic.RouteUnitsPerHop));
        return received;
    }

    private void Step(List<Hop> hops, int i, int user, int source, int destination)
    {
        var (tx, programs, leg) = (stage.Tx, stage.World.Programs, hops[i].Leg);
        var part = Part(hops, i);
        var from = hops[i].From == 0 ? source : stage.World.TokenAccount(user, leg.MintIn);
        var to = hops[i].To == hops[^1].To ? destination : stage.World.TokenAccount(user, leg.MintOut);
        var out0 = leg.Pool.Venue.Swap(tx, leg.Pool, new Trade(user, from, to, leg.AToB, part, 0));
        _held[hops[i].From] -= part;
        _held[hops[i].To] += out0;
        tx.Event.Start(0x40C6CDE8260871E2).Key(leg.Pool.Venue.Program).Key(leg.MintIn.Account).U64(part).Key(leg.MintOut.Account);
        tx.Event.U64(out0);
        tx.EmitByCall(programs.Jupiter, programs.JupiterEvents, 199);
    }

    /// <summary>
    /// What a hop takes of its token: its percentage of what there was, and the rest when it is the last to take.
    /// </summary>
    private ulong Part(List<Hop> hops, int i)
    {
        var hop = hops[i];
        for (var later = i + 1; later < hops.Count; later++)
        {
            if (hops[later].From == hop.From) { return (ulong)((UInt128)_held[hop.From] * hop.Percent / 100); }
        }

        return _held[hop.From];
    }
}
