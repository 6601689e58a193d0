using System.Globalization;
using System.Text.Json;

namespace Sluice.Lab.Output;

/// <summary>Writes planted transactions, one JSON object a line; lamports and token amounts are strings.</summary>
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
        json.WriteString("kind", entry.Kind switch
        {
            TruthKind.Arbitrage => "arbitrage",
            TruthKind.Sandwich => "sandwich",
            _ => "look-alike",
        });
        json.WriteString("class", entry.Class);
        json.WriteNumber("slot", entry.Slot);
        json.WriteNumber("index", entry.Index);
        json.WriteString("signature", entry.Signature.ToString());
        json.WriteString("signer", entry.Signer.ToString());
        json.WriteStartArray("pools");
        foreach (var pool in entry.Pools) { json.WriteStringValue(pool.ToString()); }
        json.WriteEndArray();
        json.WriteString("route", entry.Route);
        json.WriteBoolean("flash_loan", entry.FlashLoan);
        json.WriteString("profit_mint", entry.ProfitMint?.ToString());
        json.WriteString("gross", entry.Gross?.ToString(CultureInfo.InvariantCulture));
        json.WriteString("fee", entry.FeeLamports.ToString(CultureInfo.InvariantCulture));
        json.WriteString("tip", entry.TipLamports.ToString(CultureInfo.InvariantCulture));
        json.WriteString("net", entry.Net?.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }
}
