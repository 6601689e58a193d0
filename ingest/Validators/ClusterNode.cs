using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Validators;

/// <summary>One node of the answer to getClusterNodes.</summary>
/// <param name="Version">Software version; null where gossip has none.</param>
/// <param name="FeatureSet">Its feature set.</param>
/// <param name="Gossip">IP address and port.</param>
/// <param name="Tpu">IP address and port that takes transactions: by QUIC where it is told, which replaced UDP.</param>
internal readonly record struct ClusterNode(string? Version, long? FeatureSet, string? Gossip, string? Tpu)
{
    public static Dictionary<Pubkey, ClusterNode>? ReadAll(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Array) { return null; }
        var nodes = new Dictionary<Pubkey, ClusterNode>();
        foreach (var item in result.EnumerateArray())
        {
            if (item.Key("pubkey") is { } identity)
            {
                nodes[identity] = new ClusterNode(item.Text("version"), item.Long("featureSet"), item.Text("gossip"), item.Text("tpuQuic") ?? item.Text("tpu"));
            }
        }

        return nodes;
    }
}
