namespace Sluice.Lab.Node.Rpc;

/// <summary>How a client wants blocks.</summary>
/// <param name="Encoding">"json", "jsonParsed", "base64" or "base58".</param>
/// <param name="Details">"full", "accounts", "signatures" or "none".</param>
/// <param name="Rewards">Whether rewards are wanted.</param>
/// <param name="MaxVersion">Highest message version that the client understands; null for legacy only.</param>
internal sealed record BlockFormat(string Encoding, string Details, bool Rewards, int? MaxVersion)
{
    /// <summary>Reads the configuration object at a place; for getBlock the encoding itself may stand there.</summary>
    /// <param name="rewardsName">"rewards", or "showRewards" in subscriptions.</param>
    public static BlockFormat Read(RpcParams parameters, int at, string rewardsName)
    {
        if (parameters.At(at).ValueKind == System.Text.Json.JsonValueKind.String)
        {
            return new BlockFormat(parameters.ChoiceAt(at, "json", "jsonParsed", "base64", "base58"), "full", true, null);
        }

        var version = parameters.NumberOption(at, "maxSupportedTransactionVersion");
        if (version > byte.MaxValue) { parameters.Wrong($"Invalid params: invalid value: integer `{version}`, expected u8."); }
        return new BlockFormat(
            parameters.Choice(at, "encoding", "json", "jsonParsed", "base64", "base58"),
            parameters.Choice(at, "transactionDetails", "full", "accounts", "signatures", "none"),
            parameters.BoolOption(at, rewardsName) ?? true,
            (int?)version);
    }
}
