using System.Globalization;
using System.Text.Json;
using Sluice.Processors.Topologies;

namespace Sluice.Cli.Roles.Stores;

/// <summary><see cref="PoolState"/> as JSON: names and values as in the records' JSON; null for what is not known.</summary>
internal static class PoolStateJson
{
    public static void WriteFields(Utf8JsonWriter json, in PoolState state)
    {
        json.WriteString("program", state.Program.ToString());
        json.WriteString("mint_a", state.MintA.ToString());
        json.WriteString("mint_b", state.MintB.ToString());
        json.WriteString("vault_a", state.VaultA.ToString());
        json.WriteString("vault_b", state.VaultB.ToString());
        json.WriteString("reserve_a", state.Known.HasFlag(PoolFacts.ReserveA) ? state.ReserveA.ToString(CultureInfo.InvariantCulture) : null);
        json.WriteString("reserve_b", state.Known.HasFlag(PoolFacts.ReserveB) ? state.ReserveB.ToString(CultureInfo.InvariantCulture) : null);
        json.WriteString("sqrt_price_x64", state.Known.HasFlag(PoolFacts.SqrtPrice) ? state.SqrtPriceX64.ToString(CultureInfo.InvariantCulture) : null);
        json.WriteNumber("slot", state.Slot);
        json.WriteNumber("tx_index", state.TxIndex);
        json.WriteNumber("ix_index", state.IxIndex);
        json.WriteNumber("inner_ix_index", state.InnerIxIndex);
        json.WriteNumber("leg_index", state.LegIndex);
        json.WriteNumber("swaps_a_to_b", state.SwapsAToB);
        json.WriteNumber("swaps_b_to_a", state.SwapsBToA);
    }
}
