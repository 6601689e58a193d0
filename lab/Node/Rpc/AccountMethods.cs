using System.Text.Json;
using Sluice.Lab.Cluster;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Node.Rpc;

/// <summary>Accounts: the node has the tip distribution accounts of the last epochs, and answers null for all others.</summary>
internal sealed class AccountMethods(Simulator simulator)
{
    private const int MaxAccounts = 100, MaxBase58 = 128;
    private const string Program = "4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7";

    public RpcError? GetAccountInfo(RpcCall call)
    {
        if (call.Params.At(0).ValueKind == JsonValueKind.Undefined) { return RpcError.Params("`params` should have at least 1 argument(s)"); }
        var key = call.Params.KeyOf(call.Params.At(0));
        return Read(call, out var format, out var bank) ?? call.WithContext(bank, json => Write(json, key!, format));
    }

    public RpcError? GetMultipleAccounts(RpcCall call)
    {
        var keys = call.Params.At(0);
        if (keys.ValueKind != JsonValueKind.Array) { return RpcError.Params("`params` should have at least 1 argument(s)"); }
        if (keys.GetArrayLength() > MaxAccounts) { return RpcError.Params($"Too many inputs provided; max {MaxAccounts}"); }
        var texts = keys.EnumerateArray().Select(call.Params.KeyOf).ToArray();
        return Read(call, out var format, out var bank) ?? call.WithContext(bank, json =>
        {
            json.WriteStartArray();
            foreach (var key in texts) { Write(json, key!, format); }
            json.WriteEndArray();
        });
    }

    private static RpcError? Read(RpcCall call, out (string Encoding, int From, int Length) format, out ulong bank)
    {
        // Nothing here has a parser, so "jsonParsed" is answered as base64, as a node does then.
        var encoding = call.Params.Choice(1, "encoding", "base64", "base58", "jsonParsed", "base64+zstd");
        var slice = call.Params.Option(1, "dataSlice");
        format = (encoding, 0, (int)TipDistribution.Size);
        bank = 0;
        if (encoding == "base64+zstd") { call.Params.Wrong("The simulated node does not compress accounts; ask for base64."); }
        if (slice.ValueKind == JsonValueKind.Object)
        {
            if (!slice.TryGetProperty("offset", out var offset) || !offset.TryGetInt32(out var from) || from < 0
                || !slice.TryGetProperty("length", out var count) || !count.TryGetInt32(out var length) || length < 0)
            {
                return RpcError.Params("Invalid params: dataSlice takes offset and length.");
            }

            from = Math.Min(from, (int)TipDistribution.Size);
            format = (encoding, from, Math.Min(length, (int)TipDistribution.Size - from));
        }

        if (encoding == "base58" && format.Length > MaxBase58)
        {
            call.Params.Wrong($"Encoded binary (base 58) data should be less than {MaxBase58} bytes, please use Base64 encoding.");
        }

        if (call.Bank(1, out var tip) is { } error) { return error; }
        bank = tip.Slot;
        return null;
    }

    private void Write(Utf8JsonWriter json, string key, (string Encoding, int From, int Length) format)
    {
        if (!simulator.Tips.Distributions.TryGetValue(Pubkey.Parse(key), out var account))
        {
            json.WriteNullValue();
            return;
        }

        Span<byte> data = stackalloc byte[(int)TipDistribution.Size];
        account.Write(data);
        var part = data.Slice(format.From, format.Length);
        json.WriteStartObject();
        json.WriteStartArray("data");
        if (format.Encoding == "base58")
        {
            Span<byte> text = stackalloc byte[MaxBase58 * 2];
            json.WriteStringValue(text[..Json.Base58Text.Encode(part, text)]);
            json.WriteStringValue("base58");
        }
        else
        {
            json.WriteBase64StringValue(part);
            json.WriteStringValue("base64");
        }

        json.WriteEndArray();
        json.WriteBoolean("executable", false);
        json.WriteNumber("lamports", account.Lamports);
        json.WriteString("owner", Program);
        json.WriteNumber("rentEpoch", ulong.MaxValue);
        json.WriteNumber("space", TipDistribution.Size);
        json.WriteEndObject();
    }
}
