using System.Collections.Concurrent;
using System.Text.Json;
using Sluice.Lab.Cluster;

namespace Sluice.Lab.Node.Rpc;

/// <summary>Epochs, their leaders and their inflation.</summary>
internal sealed class EpochMethods(Simulator simulator, ClusterFacts facts)
{
    private const int MaxLeaders = 5_000;

    private readonly ConcurrentDictionary<ulong, int[]?[]> _schedules = [];

    private ClusterState Cluster => simulator.Cluster;

    public RpcError? GetEpochInfo(RpcCall call) => call.Bank(0, out var bank) ?? call.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("absoluteSlot", bank.Slot);
        json.WriteNumber("blockHeight", bank.Height);
        json.WriteNumber("epoch", Cluster.EpochOf(bank.Slot));
        json.WriteNumber("slotIndex", bank.Slot % Cluster.EpochSlots);
        json.WriteNumber("slotsInEpoch", Cluster.EpochSlots);
        json.WriteNumber("transactionCount", bank.TransactionsBefore + (ulong)bank.Transactions);
        json.WriteEndObject();
    });

    public RpcError? GetEpochSchedule(RpcCall call) => call.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("firstNormalEpoch", 0);
        json.WriteNumber("firstNormalSlot", 0);
        json.WriteNumber("leaderScheduleSlotOffset", Cluster.EpochSlots);
        json.WriteNumber("slotsPerEpoch", Cluster.EpochSlots);
        json.WriteBoolean("warmup", false);
        json.WriteEndObject();
    });

    /// <summary>Slots by identity, counted from the epoch's first; null for an epoch whose leaders are not known.</summary>
    public RpcError? GetLeaderSchedule(RpcCall call)
    {
        var config = call.Params.IsObject(0) ? 0 : 1;
        var slot = config == 0 ? null : call.Params.OptionalNumber(0);
        var identity = call.Params.KeyOption(config, "identity");
        if (call.Bank(config, out var bank) is { } error) { return error; }
        var epoch = Cluster.EpochOf(slot ?? bank.Slot);
        if (Cluster.StakesOf(epoch) is null) { return call.Write(json => json.WriteNullValue()); }
        var schedule = _schedules.GetOrAdd(epoch, DrawSchedule);
        while (_schedules.Count > 4) { _schedules.TryRemove(_schedules.Keys.Min(), out _); }
        return call.Write(json =>
        {
            json.WriteStartObject();
            for (var i = 0; i < schedule.Length; i++)
            {
                if (schedule[i] is not { } slots || (identity is not null && facts.All[i].Identity != identity)) { continue; }
                json.WriteStartArray(facts.All[i].Identity);
                foreach (var index in slots) { json.WriteNumberValue(index); }
                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
    }

    public RpcError? GetSlotLeader(RpcCall call) =>
        call.Bank(0, out var bank) ?? call.Text(facts.All[simulator.Leaders.LeaderOf(bank.Slot).Number].Identity);

    public RpcError? GetSlotLeaders(RpcCall call)
    {
        var first = call.Params.Number(0, "startSlot");
        var limit = call.Params.Number(1, "limit");
        if (limit > MaxLeaders) { call.Params.Wrong($"Invalid limit; max {MaxLeaders}"); }
        if (call.Params.Error is { } wrong) { return wrong; }
        for (var epoch = Cluster.EpochOf(first); limit > 0 && epoch <= Cluster.EpochOf(first + limit - 1); epoch++)
        {
            if (Cluster.StakesOf(epoch) is null) { return RpcError.Params($"Invalid slot range: leader schedule for epoch {epoch} is unavailable"); }
        }

        return call.Write(json =>
        {
            json.WriteStartArray();
            for (var slot = first; slot < first + limit; slot++) { json.WriteStringValue(facts.All[simulator.Leaders.LeaderOf(slot).Number].Identity); }
            json.WriteEndArray();
        });
    }

    public RpcError? GetInflationRate(RpcCall call) => call.Bank(0, out var bank) ?? call.Write(json =>
    {
        var epoch = Cluster.EpochOf(bank.Slot);
        var rate = Inflation.RateAt(Cluster.FirstSlotOf(epoch));
        json.WriteStartObject();
        json.WriteNumber("epoch", epoch);
        json.WriteNumber("foundation", 0.0);
        json.WriteNumber("total", rate);
        json.WriteNumber("validator", rate);
        json.WriteEndObject();
    });

    public RpcError? GetInflationGovernor(RpcCall call) => call.Bank(0, out _) ?? call.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("foundation", 0.0);
        json.WriteNumber("foundationTerm", 0.0);
        json.WriteNumber("initial", 0.08);
        json.WriteNumber("taper", 0.15);
        json.WriteNumber("terminal", 0.015);
        json.WriteEndObject();
    });

    /// <summary>What accounts were paid for an epoch; by default for the one that ended last.</summary>
    public RpcError? GetInflationReward(RpcCall call)
    {
        var addresses = call.Params.At(0);
        if (addresses.ValueKind != JsonValueKind.Array) { return RpcError.Params("`params` should have at least 1 argument(s)"); }
        var wanted = call.Params.NumberOption(1, "epoch");
        if (call.Bank(1, out var bank) is { } error) { return error; }
        var epoch = wanted ?? Cluster.EpochOf(bank.Slot) - 1;
        var result = Cluster.Results.FirstOrDefault(r => r.Epoch == epoch);
        var paidFrom = Cluster.FirstSlotOf(epoch + 1);
        if (result is null || bank.Slot < paidFrom) { return RpcError.NotAvailable(paidFrom); }
        var keys = addresses.EnumerateArray().Select(call.Params.KeyOf).ToArray();
        return call.Params.Error ?? call.Write(json =>
        {
            json.WriteStartArray();
            foreach (var key in keys)
            {
                if (!result.Paid.TryGetValue(Schemas.Chain.Pubkey.Parse(key!), out var reward) || reward.Slot > bank.Slot)
                {
                    json.WriteNullValue();
                    continue;
                }

                json.WriteStartObject();
                json.WriteNumber("amount", reward.Lamports);
                json.WriteNumber("commission", reward.Commission);
                json.WriteNumber("effectiveSlot", reward.Slot);
                json.WriteNumber("epoch", epoch);
                json.WriteNumber("postBalance", reward.PostBalance);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private int[]?[] DrawSchedule(ulong epoch)
    {
        var slots = new List<int>?[facts.All.Length];
        for (var index = 0; index < (int)Cluster.EpochSlots; index += LeaderSchedule.Turn)
        {
            var leader = simulator.Leaders.LeaderOf(Cluster.FirstSlotOf(epoch) + (ulong)index).Number;
            for (var i = 0; i < LeaderSchedule.Turn; i++) { (slots[leader] ??= []).Add(index + i); }
        }

        return [.. slots.Select(s => s?.ToArray())];
    }
}
