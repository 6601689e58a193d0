using System.Text.Json;
using Sluice.Api.Filters;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Queries;

/// <summary>Reads a row's place in the order out of its JSON.</summary>
internal static class RowKeyReader
{
    /// <param name="row">One row as a JSON object; fields that it lacks count as 0.</param>
    public static PageKey Read(ReadOnlySpan<byte> row)
    {
        ulong slot = 0;
        int tx = 0, ix = 0, inner = 0, leg = 0;
        Signature signature = default;
        var json = new Utf8JsonReader(row);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("slot"u8)) { json.Read(); slot = json.GetUInt64(); }
            else if (json.ValueTextEquals("tx_index"u8)) { json.Read(); tx = json.GetInt32(); }
            else if (json.ValueTextEquals("ix_index"u8)) { json.Read(); ix = json.GetInt32(); }
            else if (json.ValueTextEquals("inner_ix_index"u8)) { json.Read(); inner = json.GetInt32(); }
            else if (json.ValueTextEquals("leg_index"u8)) { json.Read(); leg = json.GetInt32(); }
            else if (json.ValueTextEquals("first_tx_index"u8)) { json.Read(); tx = json.GetInt32(); }
            else if (json.ValueTextEquals("id"u8))
            {
                // The place of a finding that has no place of its own is in its id.
                json.Read();
                if (FindingPlace.TryParse(json.GetString()!, out var id)) { (signature, ix, inner, leg) = (id.Value.Signature, id.Value.IxIndex, id.Value.InnerIxIndex, id.Value.LegIndex); }
            }
            else if (json.ValueTextEquals("epoch"u8)) { json.Read(); tx = json.GetInt32(); }
            else if (json.ValueTextEquals("vote_account"u8)) { json.Read(); signature = Account(json.ValueSpan); }
            else if (json.ValueTextEquals("signature"u8)) { json.Read(); Signature.TryParse(json.ValueSpan, out signature); }
            else { json.Skip(); }
        }

        return new PageKey(slot, tx, ix, inner, leg, signature);
    }

    /// <summary>An account in the place of a signature: its first half.</summary>
    private static Signature Account(ReadOnlySpan<byte> text)
    {
        if (!Pubkey.TryParse(text, out var key)) { return default; }
        Span<byte> bytes = stackalloc byte[Signature.Size];
        bytes.Clear();
        key.Bytes.CopyTo(bytes);
        return new Signature(bytes);
    }
}
