using System.Globalization;
using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Output;

/// <summary>Writes what was planted, one JSON object a line; lamports and token amounts are strings.</summary>
public sealed class TruthFile : IDisposable
{
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;

    public TruthFile(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        _json = new Utf8JsonWriter(_file);
    }

    /// <summary>Writes one line.</summary>
    public void Add(TruthEntry entry)
    {
        WriteEntry(_json, entry);
        _json.Flush();
        _file.WriteByte((byte)'\n');
        _json.Reset();
    }

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }

    private static void WriteEntry(Utf8JsonWriter json, TruthEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("id", entry.Id);
        json.WriteString("kind", TruthNames.Of(entry.Kind));
        json.WriteString("class", entry.Class);
        WriteTexts(json, "evasions", entry.Evasions);
        WriteTexts(json, "tags", entry.Tags);
        WriteTexts(json, "look_alike_of", entry.LookAlikeOf.Select(TruthNames.Of));
        json.WriteNumber("slot", entry.Slot);
        json.WriteNumber("index", entry.Index);
        json.WriteString("signature", entry.Signature.ToString());
        json.WriteString("signer", entry.Signer.ToString());
        WriteTexts(json, "wallets", entry.Wallets.Select(w => w.ToString()));
        json.WriteStartArray("legs");
        foreach (var leg in entry.Legs) { WriteLeg(json, leg); }
        json.WriteEndArray();
        json.WriteStartArray("victims");
        foreach (var victim in entry.Victims) { WriteVictim(json, victim); }
        json.WriteEndArray();
        WriteLiquidation(json, entry.Liquidation);
        WriteTexts(json, "pools", entry.Pools.Select(p => p.ToString()));
        json.WriteString("route", entry.Route);
        json.WriteBoolean("flash_loan", entry.FlashLoan);
        json.WriteString("profit_mint", entry.ProfitMint?.ToString());
        json.WriteString("gross", Text(entry.Gross));
        json.WriteString("fee", Text(entry.FeeLamports));
        json.WriteString("tip", Text(entry.TipLamports));
        json.WriteString("net", Text(entry.Net));
        json.WriteEndObject();
    }

    private static void WriteLeg(Utf8JsonWriter json, TruthLeg leg)
    {
        json.WriteStartObject();
        json.WriteString("role", TruthNames.Of(leg.Role));
        json.WriteNumber("slot", leg.Slot);
        json.WriteNumber("index", leg.Index);
        json.WriteString("signature", leg.Signature.ToString());
        json.WriteString("signer", leg.Signer.ToString());
        WriteKey(json, "pool", leg.Pool);
        WriteKey(json, "mint_in", leg.MintIn);
        json.WriteString("amount_in", Text(leg.AmountIn));
        WriteKey(json, "mint_out", leg.MintOut);
        json.WriteString("amount_out", Text(leg.AmountOut));
        json.WriteEndObject();
    }

    private static void WriteVictim(Utf8JsonWriter json, TruthVictim victim)
    {
        json.WriteStartObject();
        json.WriteString("signature", victim.Signature.ToString());
        json.WriteString("owner", victim.Owner.ToString());
        json.WriteString("mint_out", victim.MintOut.ToString());
        json.WriteString("amount_out", Text(victim.AmountOut));
        json.WriteString("amount_out_without", Text(victim.AmountOutWithout));
        json.WriteString("loss", Text(victim.Loss));
        json.WriteEndObject();
    }

    private static void WriteLiquidation(Utf8JsonWriter json, TruthLiquidation? liquidation)
    {
        if (liquidation is null)
        {
            json.WriteNull("liquidation");
            return;
        }

        json.WriteStartObject("liquidation");
        json.WriteString("obligation", liquidation.Obligation.ToString());
        json.WriteString("repay_mint", liquidation.RepayMint.ToString());
        json.WriteString("repay_amount", Text(liquidation.RepayAmount));
        json.WriteString("collateral_mint", liquidation.CollateralMint.ToString());
        json.WriteString("collateral_amount", Text(liquidation.CollateralAmount));
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) { json.WriteStringValue(text); }
        json.WriteEndArray();
    }

    private static void WriteKey(Utf8JsonWriter json, string name, Pubkey? key) => json.WriteString(name, key?.ToString());

    private static string? Text(Int128? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? Text(ulong? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
