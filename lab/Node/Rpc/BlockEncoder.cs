using System.Buffers;
using System.Text.Json;
using Sluice.Lab.Faults;

namespace Sluice.Lab.Node.Rpc;

/// <summary>Writes blocks as clients ask for them.</summary>
/// <remarks>The block is kept as encoding "json" with all details, which is copied; everything else is made from it transaction by transaction.</remarks>
internal static class BlockEncoder
{
    /// <summary>Writes the block, or says why not.</summary>
    /// <param name="mentions">Only transactions that name this account; null for all.</param>
    public static RpcError? Write(ChainBlock block, BlockFormat format, string? mentions, IBufferWriter<byte> output)
    {
        var isVersioned = block.Json.AsSpan().IndexOf(",\"version\":0}"u8) >= 0;
        if (format.Details is "full" or "accounts" && format.MaxVersion is null && isVersioned && mentions is null) { return RpcError.UnsupportedVersion; }
        var head = block.Json.AsSpan(0, (format.Rewards ? block.Body.Start.Value : block.Rewards.Start.Value) - 1);
        output.Write(head);
        switch (format.Details)
        {
            case "none":
                output.Write("}"u8);
                return null;
            case "full" when format is { Encoding: "json", MaxVersion: not null } && mentions is null:
                output.Write(","u8);
                output.Write(block.Json.AsSpan(block.Body.Start.Value));
                return null;
            default:
                return WriteEach(block, format, mentions, output);
        }
    }

    private static RpcError? WriteEach(ChainBlock block, BlockFormat format, string? mentions, IBufferWriter<byte> output)
    {
        output.Write(format.Details == "signatures" ? ",\"signatures\":["u8 : ",\"transactions\":["u8);
        var isFirst = true;
        foreach (var range in TransactionRanges.Of(block))
        {
            using var document = JsonDocument.Parse(block.Json.AsMemory(range));
            var transaction = new TransactionReader(document.RootElement);
            if (mentions is not null && !transaction.Keys.Contains(mentions)) { continue; }
            if (!isFirst) { output.Write(","u8); }
            isFirst = false;
            if (format.Details != "signatures" && format.MaxVersion is null && transaction.IsVersioned) { return RpcError.UnsupportedVersion; }
            using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            if (format.Details == "signatures")
            {
                json.WriteStringValue(transaction.Signature);
                continue;
            }

            json.WriteStartObject();
            if (format.Details == "accounts") { transaction.WriteAccounts(json); } else { WriteFull(json, transaction, format.Encoding); }
            if (format.MaxVersion is not null)
            {
                json.WritePropertyName("version");
                transaction.Root.GetProperty("version").WriteTo(json);
            }

            json.WriteEndObject();
        }

        output.Write("]}"u8);
        return null;
    }

    private static void WriteFull(Utf8JsonWriter json, TransactionReader transaction, string encoding)
    {
        if (encoding == "jsonParsed")
        {
            transaction.WriteParsed(json);
            return;
        }

        json.WritePropertyName("meta");
        transaction.Meta.WriteTo(json);
        if (encoding == "json")
        {
            json.WritePropertyName("transaction");
            transaction.Root.GetProperty("transaction").WriteTo(json);
            return;
        }

        var bytes = TransactionBytes.Of(transaction);
        json.WriteStartArray("transaction");
        if (encoding == "base64")
        {
            json.WriteBase64StringValue(bytes);
        }
        else
        {
            var text = new byte[(bytes.Length * 138 / 100) + 12];
            json.WriteStringValue(text.AsSpan(0, Json.Base58Text.Encode(bytes, text)));
        }

        json.WriteStringValue(encoding);
        json.WriteEndArray();
    }
}
