using Sluice.Lab.Evaluation;

namespace Sluice.Lab.Definitions;

/// <summary>What somebody else calls a sandwich, re-implemented from the rules that they publish.</summary>
/// <remarks>
/// The rules are those of the reference's comparison (B.1) of the named repositories; no code was copied. Where a rule is not stated there,
/// the class says what was chosen. Each works over decoded blocks, so that definitions are compared, not decoders.
/// </remarks>
public interface ISandwichDefinition
{
    /// <summary>Name in reports.</summary>
    string Name { get; }

    /// <summary>Repository or page that publishes it.</summary>
    string Source { get; }

    /// <summary>Takes the next block, in the order of slots, and adds what has become certain.</summary>
    void Add(SeenBlock block, List<Finding> found);

    /// <summary>The input has ended: adds what was still open.</summary>
    void Finish(List<Finding> found);
}

/// <summary>All published definitions side by side on the same blocks.</summary>
public sealed class DefinitionSet
{
    private readonly List<Finding>[] _found;

    public DefinitionSet()
    {
        Definitions =
        [
            new SandwichFinderV2(), new UncoverSandwich(), new KwonDetector(), new DuneSandwiches(), new BrontesSandwich(), new MevInspectSandwich(),
            new PonoTriples(), new AstralaneSandwich(),
        ];
        _found = [.. Definitions.Select(_ => new List<Finding>())];
    }

    public IReadOnlyList<ISandwichDefinition> Definitions { get; }

    /// <summary>What a definition has found so far.</summary>
    public IReadOnlyList<Finding> FoundBy(int definition) => _found[definition];

    public void Add(SeenBlock block)
    {
        for (var i = 0; i < _found.Length; i++) { Definitions[i].Add(block, _found[i]); }
    }

    public void Finish()
    {
        for (var i = 0; i < _found.Length; i++) { Definitions[i].Finish(_found[i]); }
    }
}

/// <summary>Makes findings of legs and victims.</summary>
internal static class DefinitionFinding
{
    public static Finding Of(IReadOnlyCollection<SeenSwap> fronts, IReadOnlyCollection<SeenSwap> victims, IReadOnlyCollection<SeenSwap> backs)
    {
        var first = fronts.First();
        Int128 gross = 0;
        foreach (var back in backs) { gross += back.AmountOut; }
        foreach (var front in fronts) { gross -= front.AmountIn; }
        return Of(first.Transaction, victims.Select(v => v.Transaction), fronts.Concat(backs).Select(l => l.Transaction)) with
        {
            ProfitMint = first.MintIn,
            Gross = gross,
        };
    }

    public static Finding Of(SeenTransaction front, IEnumerable<SeenTransaction> victims, IEnumerable<SeenTransaction> legs)
    {
        var signatures = victims.Select(v => v.Signature).Distinct().ToArray();
        return new Finding
        {
            Kind = TruthKind.Sandwich,
            Slot = front.Slot,
            Signature = signatures.Length > 0 ? signatures[0] : default,
            Actor = front.Signer,
            Victims = [.. signatures.Select(s => new FindingVictim(s))],
            Transactions = [.. legs.Select(l => l.Signature).Distinct()],
        };
    }

    /// <summary>Sum without overflow.</summary>
    public static UInt128 Sum(this IEnumerable<SeenSwap> swaps, Func<SeenSwap, ulong> amount)
    {
        UInt128 sum = 0;
        foreach (var swap in swaps) { sum += amount(swap); }
        return sum;
    }

    /// <summary>Swaps by pool, in the order of execution.</summary>
    public static IEnumerable<SeenSwap[]> ByPool(this IEnumerable<SeenBlock> blocks) =>
        blocks.SelectMany(b => b.Swaps).GroupBy(s => s.Pool).Select(g => g.ToArray()).Where(g => g.Length >= 3);
}
