using Sluice.Cli.Replay;
using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;
using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Evaluation;

/// <summary>Gathers what the detectors say of one chain, in the form that is scored.</summary>
/// <param name="definitions">Is given each block as well; null where nobody asks for the published definitions.</param>
internal sealed class FindingCollector(DefinitionSet? definitions = null) : IFindings
{
    private readonly ArbitrageDetector _arbitrage = new();
    private readonly BlockContext _context = new();

    public DetectorOutput Output { get; } = new();

    /// <summary>
    /// Notes of every route that is no arbitrage which rule says so: the topic counts rules by slot, a report of what was missed asks by transaction.
    /// </summary>
    public void Begin(in Block block, long arrivalUnixMicros)
    {
        definitions?.Add(SeenBlock.From(in block));
        _context.Begin(block);
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            if (tx.Swaps.Count < 2 || tx.Status != TransactionStatus.Success) { continue; }
            var verdict = _arbitrage.Judge(tx, _context);
            if (verdict != ArbitrageVerdict.Arbitrage) { Output.ArbitrageRules[tx.Signature] = ArbitrageRuleNames.NameOf(verdict); }
        }
    }

    public void Write(in Rejection rejection)
    {
        // Of arbitrages there are hundreds a slot, and their rules are known by transaction.
        if (rejection.Stage != ArbitrageTopology.Name) { Output.Rejections.Add(FindingOf.From(in rejection)); }
    }

    public void Write(in Arbitrage finding) => Output.Findings.Add(FindingOf.From(in finding));

    public void Write(in Sandwich finding) => Output.Findings.Add(FindingOf.From(in finding));

    public void Write(in JitLiquidity finding) => Output.Findings.Add(FindingOf.From(in finding));

    public void Write(in Liquidation finding) => Output.Findings.Add(FindingOf.From(in finding));

    public void Write(in FailedAttempt finding) => Output.Findings.Add(FindingOf.From(in finding));

    public void Write(in RoundTrip finding) => Output.RoundTrips.Add(FindingOf.From(in finding));
}
