using Sluice.Api.Filters;

namespace Sluice.Api.Queries;

/// <summary>One kind of findings: where it lies, how its list is filtered and in which order.</summary>
/// <param name="Name">Resource, as in the URL; name of its statements.</param>
/// <param name="IdPrefix">What its ids begin with, before the colon.</param>
/// <param name="Select">SELECT and FROM.</param>
/// <param name="Place">Column of the place in the block; null where a finding has several.</param>
/// <param name="Conditions">Condition by parameter; the parameter stands in it under its own name.</param>
internal sealed record FindingKind(string Name, string IdPrefix, string Select, string? Place, IReadOnlyDictionary<string, string> Conditions)
{
    public static readonly FindingKind Sandwiches = new("sandwiches", "sandwich", FindingSelects.Sandwich, null, new Dictionary<string, string>
    {
        ["pool"] = "(t.pool = {pool:String} OR has(t.`legs.pool`, {pool:String}))",
        ["mint"] = "(t.mint_in = {mint:String} OR t.mint_out = {mint:String})",
        ["signer"] = "has(t.attackers, {signer:String})",
        ["victim"] = "(has(t.`victims.signer`, {victim:String}) OR has(t.`victims.trader`, {victim:String}))",
        ["signature"] = "(has(t.`legs.signature`, {signature:String}) OR has(t.`victims.signature`, {signature:String}))",
        ["venue"] = "(t.venue = {venue:String} OR has(t.`legs.venue`, {venue:String}))",
        ["class"] = "t.class = {class:String}",
        ["tag"] = "has(t.tags, {tag:String})",
        ["min_net_lamports"] = "t.net_lamports >= {min_net_lamports:Int128}",
    });

    public static readonly FindingKind RoundTrips = new("round_trips", "round_trip", FindingSelects.RoundTrip, null, new Dictionary<string, string>
    {
        ["pool"] = "t.pool = {pool:String}",
        ["mint"] = "(t.mint_in = {mint:String} OR t.mint_out = {mint:String})",
        ["signer"] = "(t.actor = {signer:String} OR has(t.wallets, {signer:String}))",
        ["signature"] = "has(t.signatures, {signature:String})",
        ["venue"] = "t.venue = {venue:String}",
        ["class"] = "t.class = {class:String}",
    });

    public static readonly FindingKind Jit = new("jit", "jit", FindingSelects.JitLiquidity, null, new Dictionary<string, string>
    {
        ["pool"] = "t.pool = {pool:String}",
        ["mint"] = "(t.mint_a = {mint:String} OR t.mint_b = {mint:String})",
        ["signer"] = "t.provider = {signer:String}",
        ["victim"] = "(has(t.`victims.signer`, {victim:String}) OR has(t.`victims.trader`, {victim:String}))",
        ["signature"] = "(has(t.`changes.signature`, {signature:String}) OR has(t.`victims.signature`, {signature:String}))",
        ["venue"] = "t.venue = {venue:String}",
        ["min_net_lamports"] = "t.net_lamports >= {min_net_lamports:Int128}",
    });

    public static readonly FindingKind Liquidations = new("liquidations", "liquidation", FindingSelects.Liquidation, "tx_index", new Dictionary<string, string>
    {
        ["mint"] = "(t.repay_mint = {mint:String} OR t.seized_mint = {mint:String})",
        ["signer"] = "(t.signer = {signer:String} OR t.liquidator = {signer:String})",
        ["obligation"] = "t.obligation = {obligation:String}",
        ["signature"] = "t.signature = {signature:String}",
        ["protocol"] = "t.protocol = {protocol:String}",
        ["min_net_lamports"] = "t.net_lamports >= {min_net_lamports:Int128}",
    });

    public static readonly FindingKind FailedAttempts = new("failed_attempts", "attempt", FindingSelects.FailedAttempt, "tx_index", new Dictionary<string, string>
    {
        ["signer"] = "t.signer = {signer:String}",
        ["wrapper"] = "t.wrapper = {wrapper:String}",
        ["obligation"] = "t.obligation = {obligation:String}",
        ["signature"] = "t.signature = {signature:String}",
        ["protocol"] = "t.protocol = {protocol:String}",
        ["class"] = "t.class = {class:String}",
    });

    public static readonly FindingKind Bundles = new("bundles", "bundle", FindingSelects.Bundle, "first_tx_index", new Dictionary<string, string>
    {
        ["signer"] = "has(t.signers, {signer:String})",
        ["signature"] = "has(t.signatures, {signature:String})",
    });

    /// <summary>Parameters of the list.</summary>
    /// <param name="classes">Classes, where there are any.</param>
    public ParameterSet Parameters(params string[] classes) => new(
    [
        ApiParameters.FromSlot, ApiParameters.ToSlot, ApiParameters.FromTime, ApiParameters.ToTime,
        .. ApiParameters.OfFindings.Where(p => Conditions.ContainsKey(p.Name)),
        .. Conditions.ContainsKey("class") ? [ApiParameters.ClassOf(classes)] : Array.Empty<ApiParameter>(),
        ApiParameters.Limit, ApiParameters.Cursor,
    ]);
}
