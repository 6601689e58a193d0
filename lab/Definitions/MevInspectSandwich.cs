using Sluice.Lab.Evaluation;

namespace Sluice.Lab.Definitions;

/// <summary>mev-inspect-py (Flashbots, Ethereum): one front, the next fitting back of the same address, others between in the same pool.</summary>
/// <remarks>
/// Stated: one block; reversed tokens, a back over several pools included (PR 199); one front and one back; the same sandwicher address, routers left out; similar amounts (PR 225); at least one
/// swap of the same tokens by another sender.
/// Chosen: the address is the owner of the token accounts, who must sign (a router's shared accounts do not); similar is within 1 %; a back over several pools is a chain of a transaction's swaps from the token
/// bought to the token paid; victims trade in the front's pool and direction, any sender but the sandwicher.
/// </remarks>
public sealed class MevInspectSandwich : ISandwichDefinition
{
    public string Name => "mev-inspect-py";

    public string Source => "flashbots/mev-inspect-py";

    public void Add(SeenBlock block, List<Finding> found)
    {
        var swaps = block.Swaps.ToArray();
        var used = new HashSet<SeenSwap>();
        for (var f = 0; f < swaps.Length; f++)
        {
            var front = swaps[f];
            if (front.Trader != front.Signer || used.Contains(front)) { continue; }
            var victims = new List<SeenSwap>();
            for (var i = f + 1; i < swaps.Length; i++)
            {
                var next = swaps[i];
                if (next.Trader != front.Trader)
                {
                    if (next.IsLike(front)) { victims.Add(next); }
                    continue;
                }

                if (victims.Count == 0 || used.Contains(next) || !IsBack(front, next) || !IsSimilar(front.AmountOut, next.AmountIn)) { continue; }
                found.Add(DefinitionFinding.Of([front], victims, [next]));
                used.Add(next);
                break;
            }
        }
    }

    public void Finish(List<Finding> found)
    {
    }

    private static bool IsBack(SeenSwap front, SeenSwap next)
    {
        if (next.IsAgainst(front)) { return true; }
        if (next.MintIn != front.MintOut || next.Transaction == front.Transaction) { return false; }
        var token = next.MintIn;
        foreach (var swap in next.Transaction.Swaps)
        {
            if (swap.Place < next.Place) { continue; }
            if (swap.MintIn != token) { return false; }
            token = swap.MintOut;
            if (token == front.MintIn) { return true; }
        }

        return false;
    }

    private static bool IsSimilar(ulong bought, ulong sold)
    {
        var (larger, smaller) = bought > sold ? (bought, sold) : (sold, bought);
        return (UInt128)(larger - smaller) * 100 <= larger;
    }
}
