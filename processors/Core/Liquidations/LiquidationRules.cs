using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Liquidations;

/// <summary>Thresholds of the rules for liquidations.</summary>
public static class LiquidationRules
{
    /// <summary>A side of fewer base units is dust: rounding alone decides its price.</summary>
    public const ulong DustUnits = 1_000;

    /// <summary>
    /// What a bonus may lie beyond a protocol's limit, basis points: the stream's price is not the oracle's that the protocol used.
    /// </summary>
    public const int BonusTolerance = 100;

    /// <summary>A bonus beyond this, basis points, counts as a price that is wrong rather than as plausible.</summary>
    public const int PlausibleBonus = 2_500;

    /// <summary>Names of instructions that settle a bankrupt account.</summary>
    internal static readonly string[] Bankruptcies = ["resolve_perp_bankruptcy"];

    /// <summary>Names of instructions by which a protocol winds down a position itself.</summary>
    internal static readonly string[] Deleverages = ["start_deleverage"];
}

/// <summary>Greatest bonuses that protocols allow: data, to be extended. What is not listed is not known, which is no verdict.</summary>
/// <remarks>
/// Marginfi: 2.5 % of what is seized go to the liquidator and 2.5 % to the insurance fund (mrgnlabs/marginfi-v2, constants.rs), so 100 are seized
/// for 95 repaid. Its receivership has another limit, which is not listed. Solend: each reserve has its own bonus, 5 % in the main market (recalled).
/// Kamino: each reserve has a least and a greatest bonus, which are not in the transaction. Drift: each market has its own liquidator's fee.
/// </remarks>
public sealed class BonusLimits
{
    private readonly (string Protocol, string? Instruction, Pubkey? Market, int Bps)[] _limits;

    /// <param name="limits">Protocol, and where they matter instruction and market; basis points of what was repaid. The first that fits holds.</param>
    public BonusLimits(IEnumerable<(string Protocol, string? Instruction, Pubkey? Market, int Bps)> limits) => _limits = [.. limits];

    /// <summary>The known ones.</summary>
    public static BonusLimits Default { get; } = new(
    [
        ("marginfi", "lending_account_liquidate", null, 527),
        ("solend", null, Pubkey.Parse("4UpD2fh7xH3VP9QQaXtsS1YY3bxzWhtfpks7FatyKvdY"), 500),
    ]);

    /// <summary>Limit for a liquidation, or null where none is known.</summary>
    public int? Of(in LiquidationCall call)
    {
        foreach (var (protocol, instruction, market, bps) in _limits)
        {
            if (protocol == call.Protocol && (instruction is null || instruction == call.Instruction) && (market is null || market == call.Market)) { return bps; }
        }

        return null;
    }
}
