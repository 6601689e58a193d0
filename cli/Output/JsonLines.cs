using System.Text.Json;
using Sluice.Cli.Replay;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Output;

/// <summary>One JSON object a line on standard output. Amounts are strings, since JavaScript's numbers stop at 2^53.</summary>
internal sealed class JsonLines(Stream output) : IFindings, IDisposable
{
    private readonly MemoryStream _line = new();
    private readonly byte[] _text = new byte[Base58.MaxChars64];

    public void Write(in Arbitrage finding)
    {
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteString("type", "arbitrage");
            json.WriteString("id", finding.Id.ToString());
            json.WriteNumber("slot", finding.Slot);
            if (finding.BlockTimeUnixMs is { } time) { json.WriteString("block_time", DateTimeOffset.FromUnixTimeMilliseconds(time)); }
            json.WriteNumber("tx_index", finding.TxIndex);
            json.WriteStartArray("signatures");
            json.WriteStringValue(Text(finding.Signature));
            json.WriteEndArray();
            json.WriteString("signer", Text(finding.Signer));
            WriteKey(json, "leader", finding.Leader);
            json.WriteString("class", ReplaySummary.ClassName(finding.Class));
            json.WriteStartArray("pools");
            foreach (ref readonly var pool in finding.Pools.Span) { json.WriteStringValue(Text(pool)); }
            json.WriteEndArray();
            json.WriteString("profit_mint", Text(finding.ProfitMint));
            json.WriteString("gross", finding.Gross.ToString());
            WriteAmount(json, "net", finding.Net);
            if (finding.CausedBySignature is { } cause) { json.WriteString("caused_by_signature", Text(cause)); }
            json.WriteString("fee_lamports", finding.FeeLamports.ToString());
            json.WriteString("tip_lamports", finding.TipLamports.ToString());
            json.WriteStartArray("other_profits");
            foreach (ref readonly var other in finding.OtherProfits.Span)
            {
                json.WriteStartObject();
                json.WriteString("mint", Text(other.Mint));
                json.WriteString("amount", other.Amount.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("linked_accounts");
            foreach (ref readonly var account in finding.LinkedAccounts.Span) { json.WriteStringValue(Text(account)); }
            json.WriteEndArray();
            WriteKey(json, "wrapper", finding.Wrapper);
            if (finding.WrapperName is { } name) { json.WriteString("wrapper_name", name); }
            json.WriteStartArray("legs");
            foreach (ref readonly var leg in finding.Legs.Span) { WriteLeg(json, leg); }
            json.WriteEndArray();
            json.WriteNumber("confidence", Math.Round(finding.Confidence, 4));
            json.WriteStartObject("confidence_parts");
            foreach (ref readonly var part in finding.ConfidenceParts.Span) { json.WriteNumber(part.Name, Math.Round(part.Weight, 4)); }
            json.WriteEndObject();
            json.WriteStartArray("rules_passed");
            foreach (var rule in finding.RulesPassed.Span) { json.WriteStringValue(rule); }
            json.WriteEndArray();
            json.WriteNumber("rule_version", finding.RuleVersion);
            json.WriteBoolean("retracted", finding.Retracted);
            json.WriteEndObject();
        }

        EndLine();
    }

    public void Write(in Sandwich finding)
    {
        using (var json = Begin("sandwich")) { SandwichJson.WriteFields(json, in finding); json.WriteEndObject(); }
        EndLine();
    }

    public void Write(in RoundTrip finding)
    {
        using (var json = Begin("round_trip")) { RoundTripJson.WriteFields(json, in finding); json.WriteEndObject(); }
        EndLine();
    }

    public void Write(in JitLiquidity finding)
    {
        using (var json = Begin("jit")) { JitLiquidityJson.WriteFields(json, in finding); json.WriteEndObject(); }
        EndLine();
    }

    public void Write(in Liquidation finding)
    {
        using (var json = Begin("liquidation")) { LiquidationJson.WriteFields(json, in finding); json.WriteEndObject(); }
        EndLine();
    }

    public void Write(in FailedAttempt finding)
    {
        using (var json = Begin("failed_attempt")) { FailedAttemptJson.WriteFields(json, in finding); json.WriteEndObject(); }
        EndLine();
    }

    public void Write(in Bundle finding)
    {
        using (var json = Begin("bundle")) { BundleJson.WriteFields(json, in finding); json.WriteEndObject(); }
        EndLine();
    }

    public void Retract(in Retraction retraction)
    {
        using (var json = Begin("retraction"))
        {
            json.WriteString("table", retraction.Table);
            json.WriteString("id", retraction.Id);
            json.WriteNumber("slot", retraction.Slot);
            json.WriteNumber("rule_version", retraction.RuleVersion);
            json.WriteBoolean("retracted", true);
            json.WriteEndObject();
        }

        EndLine();
    }

    public void Write(ReplaySummary summary, ReplayTotals totals)
    {
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteString("type", "summary");
            json.WriteNumber("slots", summary.Slots);
            json.WriteNumber("skipped_slots", summary.SkippedSlots);
            json.WriteNumber("partial_slots", summary.PartialSlots);
            json.WriteNumber("transactions", summary.Transactions);
            json.WriteNumber("votes", summary.Votes);
            json.WriteNumber("failed", summary.Failed);
            json.WriteNumber("swaps", summary.Swaps);
            WriteCounts(json, "swaps_by_venue", summary.SwapsByVenue);
            json.WriteNumber("swaps_generic_only", summary.SwapsGenericOnly);
            json.WriteString("fees_lamports", summary.FeesLamports.ToString());
            json.WriteString("tips_lamports", summary.TipsLamports.ToString());
            json.WriteNumber("tipped_transactions", summary.TippedTransactions);
            if (summary.HasFindings)
            {
                WriteCounts(json, "findings", summary.FindingsByClass);
                foreach (var kind in FindingTally.Kinds) { WriteCounts(json, kind, summary.Others.Of(kind)); }
                json.WriteString("sandwich_net_lamports", summary.Others.SandwichNetLamports.ToString());
                json.WriteString("victim_loss_lamports", summary.Others.VictimLossLamports.ToString());
                json.WriteString("burnt_fees_lamports", summary.Others.BurntFeesLamports.ToString());
            }

            WriteCounts(json, "rejected", summary.RejectedByRule);
            if (summary.HasFindings)
            {
                json.WriteStartObject("gross_by_mint");
                foreach (var (mint, gross) in summary.GrossByMint.OrderBy(p => p.Key)) { json.WriteString(mint.ToString(), gross.ToString()); }
                json.WriteEndObject();
            }

            if (summary.Quality is { } quality) { json.WriteNumber("quality", Math.Round(quality, 6)); } else { json.WriteNull("quality"); }
            json.WriteNumber(summary.HasFindings ? "already_stored_slots" : "already_written_slots", totals.AlreadyStoredSlots);
            json.WriteNumber("duplicates", totals.Duplicates);
            json.WriteNumber("left_out", totals.LeftOut);
            json.WriteNumber("bytes", totals.Bytes);
            json.WriteNumber("seconds", Math.Round(totals.Elapsed.TotalSeconds, 3));
            json.WriteNumber("tx_per_s", Math.Round(summary.Transactions / Math.Max(totals.Elapsed.TotalSeconds, 1e-6)));
            json.WriteEndObject();
        }

        EndLine();
    }

    public void Dispose() => output.Flush();

    private void WriteLeg(Utf8JsonWriter json, in ArbitrageLeg leg)
    {
        json.WriteStartObject();
        json.WriteString("venue", leg.Venue);
        json.WriteString("program", Text(leg.Program));
        json.WriteString("pool", Text(leg.Pool));
        json.WriteString("mint_in", Text(leg.MintIn));
        json.WriteString("mint_out", Text(leg.MintOut));
        json.WriteString("amount_in", leg.AmountIn.ToString());
        json.WriteString("amount_out", leg.AmountOut.ToString());
        json.WriteNumber("ix_index", leg.IxIndex);
        json.WriteNumber("inner_ix_index", leg.InnerIxIndex);
        json.WriteEndObject();
    }

    private void WriteKey(Utf8JsonWriter json, string name, Pubkey? key)
    {
        if (key is { } value) { json.WriteString(name, Text(value)); } else { json.WriteNull(name); }
    }

    private static void WriteAmount(Utf8JsonWriter json, string name, Int128? amount)
    {
        if (amount is { } value) { json.WriteString(name, value.ToString()); } else { json.WriteNull(name); }
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts) { json.WriteNumber(key, count); }
        json.WriteEndObject();
    }

    private ReadOnlySpan<byte> Text(in Pubkey key) => _text.AsSpan(0, key.Format(_text));

    private ReadOnlySpan<byte> Text(in Signature signature) => _text.AsSpan(0, signature.Format(_text));

    /// <summary>Begins an object of a type; the fields follow.</summary>
    private Utf8JsonWriter Begin(string type)
    {
        var json = new Utf8JsonWriter(_line);
        json.WriteStartObject();
        json.WriteString("type", type);
        return json;
    }

    private void EndLine()
    {
        _line.WriteByte((byte)'\n');
        _line.Position = 0;
        _line.CopyTo(output);
        _line.SetLength(0);
    }
}
