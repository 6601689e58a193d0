using Sluice.Lab.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Output;

/// <summary>Reads what <see cref="TruthFile"/> writes.</summary>
public static class TruthReader
{
    private const string Expected = "a truth file has one planted thing a line, as 'sluice simulate --out DIR' writes truth.ndjson";

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">A line is none of a truth file; names it and says what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static List<TruthEntry> ReadFile(string path)
    {
        using var file = new StreamReader(path);
        return [.. Read(file, path)];
    }

    /// <summary>Reads entries in the order of their lines.</summary>
    /// <param name="input">Lines.</param>
    /// <param name="name">What errors call them.</param>
    public static IEnumerable<TruthEntry> Read(TextReader input, string name) => LineFields.ReadLines(input, name, Expected, ReadEntry);

    private static TruthEntry ReadEntry(LineFields line)
    {
        var kind = line.RequiredText("kind");
        return new TruthEntry
        {
            Id = line.Text("id") ?? "",
            Kind = KindOf(kind),
            Class = line.RequiredText("class"),
            Evasions = [.. line.Texts("evasions")],
            Tags = [.. line.Texts("tags")],
            LookAlikeOf = [.. line.Texts("look_alike_of").Select(KindOf)],
            Slot = line.Unsigned("slot"),
            Index = (int)line.Unsigned("index"),
            Signature = line.RequiredSignature("signature"),
            Signer = line.RequiredKey("signer"),
            Wallets = [.. line.Texts("wallets").Select(KeyOf)],
            Legs = [.. line.Objects("legs").Select(ReadLeg)],
            Victims = [.. line.Objects("victims").Select(ReadVictim)],
            Liquidation = line.Object("liquidation") is { } liquidation ? ReadLiquidation(liquidation) : null,
            Pools = [.. line.Texts("pools").Select(KeyOf)],
            Route = line.Text("route") ?? "direct",
            FlashLoan = line.Flag("flash_loan"),
            ProfitMint = line.Key("profit_mint"),
            Gross = line.Number("gross"),
            FeeLamports = line.Unsigned("fee", 0),
            TipLamports = line.Unsigned("tip", 0),
            Net = line.Number("net"),
        };
    }

    private static TruthLeg ReadLeg(LineFields leg)
    {
        var role = leg.RequiredText("role");
        return new TruthLeg(
            TruthNames.TryRole(role, out var known) ? known : throw new FormatException($"a leg's \"role\" \"{role}\" is none that is known"),
            leg.Unsigned("slot"),
            (int)leg.Unsigned("index"),
            leg.RequiredSignature("signature"),
            leg.RequiredKey("signer"),
            leg.Key("pool"),
            leg.Key("mint_in"),
            leg.Unsigned("amount_in", 0),
            leg.Key("mint_out"),
            leg.Unsigned("amount_out", 0));
    }

    private static TruthVictim ReadVictim(LineFields victim) => new(
        victim.RequiredSignature("signature"),
        victim.RequiredKey("owner"),
        victim.RequiredKey("mint_out"),
        victim.Unsigned("amount_out"),
        victim.Number("amount_out_without") is null ? null : victim.Unsigned("amount_out_without"));

    private static TruthLiquidation ReadLiquidation(LineFields liquidation) => new(
        liquidation.RequiredKey("obligation"),
        liquidation.RequiredKey("repay_mint"),
        liquidation.Unsigned("repay_amount"),
        liquidation.RequiredKey("collateral_mint"),
        liquidation.Unsigned("collateral_amount"));

    private static TruthKind KindOf(string name) =>
        TruthNames.TryKind(name, out var kind) ? kind : throw new FormatException($"\"{name}\" is no kind that is known");

    private static Pubkey KeyOf(string text) => Pubkey.TryParse(text, out var key) ? key : throw new FormatException($"\"{text}\" is no base58 of 32 bytes");
}
