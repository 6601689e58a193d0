namespace Sluice.Lab.Node.Rpc;

/// <summary>Where the chain is, and about the node itself.</summary>
internal static class SlotMethods
{
    public static RpcError? GetSlot(RpcCall call) => call.Bank(0, out var bank) ?? call.Number(bank.Slot);

    public static RpcError? GetBlockHeight(RpcCall call) => call.Bank(0, out var bank) ?? call.Number(bank.Height);

    public static RpcError? GetTransactionCount(RpcCall call) => call.Bank(0, out var bank) ?? call.Number(bank.TransactionsBefore + (ulong)bank.Transactions);

    public static RpcError? GetLatestBlockhash(RpcCall call) => call.Bank(0, out var bank) ?? call.WithContext(bank.Slot, json =>
    {
        json.WriteStartObject();
        json.WriteString("blockhash", bank.Blockhash);
        json.WriteNumber("lastValidBlockHeight", bank.Height + 150);
        json.WriteEndObject();
    });

    public static RpcError? GetFirstAvailableBlock(RpcCall call)
    {
        for (var slot = call.Chain.FirstKept; slot < call.Chain.Next; slot++)
        {
            if (call.Chain.Find(slot)?.Block is not null) { return call.Number(slot); }
        }

        return call.Number(call.Chain.FirstKept);
    }

    public static RpcError? GetHealth(RpcCall call) => call.Node.Health ?? call.Text("ok");

    public static RpcError? GetVersion(RpcCall call) => call.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("feature-set", NodeVersion.FeatureSet);
        json.WriteString("solana-core", NodeVersion.Core);
        json.WriteEndObject();
    });

    public static RpcError? GetGenesisHash(RpcCall call) => call.Text(call.Node.Facts.Genesis.ToString());

    public static RpcError? GetIdentity(RpcCall call) => call.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("identity", call.Node.Facts.Identity.ToString());
        json.WriteEndObject();
    });
}
