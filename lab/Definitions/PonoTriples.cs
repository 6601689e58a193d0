using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Definitions;

/// <summary>Pono's triples: two transactions of one signer with another's between, close together, all of which swap or transfer.</summary>
/// <remarks>
/// Stated: three transactions within five positions; the first and the third have one signer, the second another; all contain swaps or transfers.
/// Chosen: within five positions means that the third is at most four behind the first, votes counted; the nearest third one is taken; all between are victims, each named
/// once. Transfers of lamports alone are not among the records.
/// </remarks>
public sealed class PonoTriples : ISandwichDefinition
{
    private const int Positions = 5;

    public string Name => "pono";

    public string Source => "rizwankaz/solana-mev";

    public void Add(SeenBlock block, List<Finding> found)
    {
        var moving = block.Transactions.Where(t => t.Swaps.Count > 0 || t.Transfers.Count > 0).ToArray();
        var named = new HashSet<Signature>();
        for (var first = 0; first < moving.Length; first++)
        {
            for (var third = first + 1; third < moving.Length && moving[third].Index - moving[first].Index < Positions; third++)
            {
                if (moving[third].Signer != moving[first].Signer) { continue; }
                var between = Array.FindAll(moving[(first + 1)..third], t => named.Add(t.Signature));
                if (between.Length > 0) { found.Add(DefinitionFinding.Of(moving[first], between, [moving[first], moving[third]])); }
                break;
            }
        }
    }

    public void Finish(List<Finding> found)
    {
    }
}
