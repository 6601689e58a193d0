using System.Globalization;
using System.Text.Json;
using Sluice.Lab.Cluster;
using Sluice.Lab.Faults;

namespace Sluice.Lab.Node.Rpc;

/// <summary>Validators as votes, gossip and the chain show them.</summary>
internal sealed class ClusterMethods(Simulator simulator, ClusterFacts facts)
{
    /// <summary>Epochs in epochCredits.</summary>
    private const int CreditEpochs = 5;

    /// <summary>Epochs for which a validator is taken to have voted before the simulation, with 2 of 1,000 slots skipped.</summary>
    private const int EpochsBefore = 10;

    private ClusterState Cluster => simulator.Cluster;

    public RpcError? GetVoteAccounts(RpcCall call)
    {
        var only = call.Params.KeyOption(0, "votePubkey");
        var distance = call.Params.NumberOption(0, "delinquentSlotDistance") ?? 128;
        if (call.Bank(0, out var bank) is { } error) { return error; }
        var stakes = Cluster.StakesOf(Cluster.EpochOf(bank.Slot));
        return call.Write(json =>
        {
            json.WriteStartObject();
            foreach (var delinquent in (bool[])[false, true])
            {
                json.WriteStartArray(delinquent ? "delinquent" : "current");
                foreach (var one in facts.All)
                {
                    if (only is not null && one.Vote != only) { continue; }
                    var lastVote = LastVote(one.Validator, bank);
                    if (delinquent != (lastVote + distance <= bank.Slot)) { continue; }
                    WriteVoter(json, call.Chain, one, stakes?.ByValidator[one.Validator.Number] ?? 0, lastVote, bank);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
    }

    public RpcError? GetBlockProduction(RpcCall call)
    {
        var identity = call.Params.KeyOption(0, "identity");
        var range = call.Params.Option(0, "range");
        if (call.Bank(0, out var bank) is { } error) { return error; }
        var chain = call.Chain;
        var known = Math.Max(chain.Produced.First, Cluster.FirstSlotOf(Cluster.EpochOf(bank.Slot)));
        var (first, last) = (known, bank.Slot);
        if (range.ValueKind == JsonValueKind.Object)
        {
            if (!range.TryGetProperty("firstSlot", out var from) || !from.TryGetUInt64(out first)) { return RpcError.Params("Invalid params: missing field `firstSlot`."); }
            if (range.TryGetProperty("lastSlot", out var to) && to.ValueKind == JsonValueKind.Number && !to.TryGetUInt64(out last)) { return RpcError.Params("Invalid params: lastSlot."); }
        }

        if (last < first) { return RpcError.Params($"lastSlot, {last}, cannot be less than firstSlot, {first}"); }
        if (first < chain.Produced.First || Cluster.StakesOf(Cluster.EpochOf(first)) is null) { return RpcError.Params($"firstSlot, {first}, is too small; min {known}"); }
        if (last > bank.Slot) { return RpcError.Params($"lastSlot, {last}, is too large; max {bank.Slot}"); }
        var counts = Count(chain, first, last);
        return call.WithContext(bank.Slot, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("byIdentity");
            foreach (var (leader, count) in counts)
            {
                if (identity is not null && facts.All[leader].Identity != identity) { continue; }
                json.WriteStartArray(facts.All[leader].Identity);
                json.WriteNumberValue(count.Led);
                json.WriteNumberValue(count.Produced);
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteStartObject("range");
            json.WriteNumber("firstSlot", first);
            json.WriteNumber("lastSlot", last);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    public RpcError? GetClusterNodes(RpcCall call) => call.Write(json =>
    {
        json.WriteStartArray();
        foreach (var node in facts.All)
        {
            string At(int port) => string.Create(CultureInfo.InvariantCulture, $"{node.Address}:{port}");
            json.WriteStartObject();
            json.WriteNumber("featureSet", NodeVersion.FeatureSet);
            json.WriteString("gossip", At(8001));
            json.WriteString("pubkey", node.Identity);
            json.WriteNull("pubsub");
            json.WriteNull("rpc");
            json.WriteString("serveRepair", At(8012));
            json.WriteNumber("shredVersion", NodeVersion.Shred);
            json.WriteString("tpu", At(8003));
            json.WriteString("tpuForwards", At(8004));
            json.WriteString("tpuForwardsQuic", At(8010));
            json.WriteString("tpuQuic", At(8009));
            json.WriteString("tpuVote", At(8005));
            json.WriteString("tvu", At(8002));
            json.WriteString("version", node.Validator.Version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private SortedDictionary<int, (int Led, int Produced)> Count(NodeChain chain, ulong first, ulong last)
    {
        var counts = new SortedDictionary<int, (int Led, int Produced)>();
        for (var slot = first; slot <= last;)
        {
            var leader = simulator.Leaders.LeaderOf(slot).Number;
            var (led, produced) = counts.GetValueOrDefault(leader);
            for (var end = ((slot / LeaderSchedule.Turn) + 1) * LeaderSchedule.Turn; slot < end && slot <= last; slot++)
            {
                led++;
                if (chain.Produced[slot]) { produced++; }
            }

            counts[leader] = (led, produced);
        }

        return counts;
    }

    /// <summary>A voter votes for the block before the bank's; one that is delinquent has not voted since long before the simulation.</summary>
    private ulong LastVote(Validator validator, ChainBlock bank) =>
        validator.IsDelinquent ? simulator.Options.FirstSlot - Math.Min(simulator.Options.FirstSlot, 5_000) : bank.ParentSlot;

    private void WriteVoter(Utf8JsonWriter json, NodeChain chain, ValidatorFacts one, ulong stake, ulong lastVote, ChainBlock bank)
    {
        json.WriteStartObject();
        json.WriteNumber("activatedStake", stake);
        json.WriteNumber("commission", one.Validator.Commission);
        json.WriteStartArray("epochCredits");
        if (!one.Validator.IsDelinquent) { WriteCredits(json, chain, one.Validator, bank); }
        json.WriteEndArray();
        json.WriteBoolean("epochVoteAccount", stake > 0);
        json.WriteNumber("lastVote", lastVote);
        json.WriteString("nodePubkey", one.Identity);
        json.WriteNumber("rootSlot", lastVote - Math.Min(lastVote, 31));
        json.WriteString("votePubkey", one.Vote);
        json.WriteEndObject();
    }

    private void WriteCredits(Utf8JsonWriter json, NodeChain chain, Validator validator, ChainBlock bank)
    {
        var epoch = Cluster.EpochOf(bank.Slot);
        var first = Cluster.EpochOf(simulator.Options.FirstSlot);
        var begin = first - Math.Min(first, EpochsBefore);
        ulong credits = 0;
        for (var e = begin; e <= epoch; e++)
        {
            var before = credits;
            credits += validator.CreditsFor(BlocksIn(chain, e, first, bank));
            if (e + CreditEpochs <= epoch) { continue; }
            json.WriteStartArray();
            json.WriteNumberValue(e);
            json.WriteNumberValue(credits);
            json.WriteNumberValue(before);
            json.WriteEndArray();
        }
    }

    /// <summary>Blocks of an epoch up to the bank.</summary>
    private ulong BlocksIn(NodeChain chain, ulong epoch, ulong firstSimulated, ChainBlock bank)
    {
        if (epoch < firstSimulated) { return Cluster.EpochSlots * 998 / 1_000; }
        if (epoch == Cluster.EpochOf(bank.Slot)) { return bank.Height + 1 - (chain.FirstHeightOf(epoch) ?? bank.Height); }
        return Cluster.Results.FirstOrDefault(r => r.Epoch == epoch)?.Blocks ?? (Cluster.EpochSlots * 998 / 1_000);
    }
}
