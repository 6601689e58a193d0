using System.Buffers;
using System.Globalization;
using System.Text;
using Sluice.Lab.Faults;
using Sluice.Lab.Node.Rpc;

namespace Sluice.Lab.Node.Subscriptions;

/// <summary>Tells subscribers what is new with every slot, with the faults of the plan on the way.</summary>
/// <remarks>When a fork ends, its slots are told again with the true blocks. Roots are told in order and once, whatever the faults.</remarks>
internal sealed class NoticeBoard(NodeChain chain, NodeOptions options, FaultPlan plan)
{
    private readonly DeliveryQueue _slots = new(plan, channel: 1);
    private readonly DeliveryQueue _confirmed = new(plan);
    private readonly DeliveryQueue _finalized = new(plan, channel: 2);
    private readonly List<ChainSlot> _forked = [];
    private readonly Dictionary<(BlockFormat, string?), ReadOnlyMemory<byte>> _bodies = [];

    /// <summary>Tells what a slot that was just added brings.</summary>
    public void Publish(ChainSlot added, IReadOnlyCollection<Subscriber> subscribers)
    {
        ulong root, now;
        ChainBlock? rooted;
        lock (chain.Gate)
        {
            now = chain.Now;
            root = chain.Tip(Commitment.Finalized)?.Slot ?? 0;
            EndForks(now);
            if (added.Fork is not null) { _forked.Add(added); }
            if (added.SeenAt(now) is { } seen) { _slots.Send(seen, now); }
            if (Lagging(now, options.ConfirmedLag) is { } confirmed) { _confirmed.Send(confirmed, now); }
            rooted = Lagging(now, options.FinalizedLag);
            if (rooted is not null) { _finalized.Send(rooted, now); }
        }

        while (_slots.TryTake(now, out var delivery)) { TellSlot(delivery.Block, root, subscribers); }
        while (_confirmed.TryTake(now, out var delivery)) { TellBlock(delivery.Block, Commitment.Confirmed, subscribers); }
        if (rooted is not null) { Tell(Topic.Roots, subscribers, Number(rooted.Slot)); }
        while (_finalized.TryTake(now, out var delivery)) { TellBlock(delivery.Block, Commitment.Finalized, subscribers); }
    }

    private ChainBlock? Lagging(ulong now, int slots) => now >= chain.FirstKept + (ulong)slots ? chain.Find(now - (ulong)slots)?.SeenAt(now) : null;

    private void EndForks(ulong now)
    {
        var ended = 0;
        for (; ended < _forked.Count && _forked[ended].ForkEnd <= now; ended++)
        {
            var slot = _forked[ended];
            _slots.Send(slot.Block!, now);
            if (slot.Slot + (ulong)options.ConfirmedLag < now) { _confirmed.Send(slot.Block!, now); }
        }

        _forked.RemoveRange(0, ended);
    }

    private static void TellSlot(ChainBlock block, ulong root, IReadOnlyCollection<Subscriber> subscribers)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{{\"parent\":{block.ParentSlot},\"root\":{root},\"slot\":{block.Slot}}}");
        Tell(Topic.Slots, subscribers, Encoding.ASCII.GetBytes(text));
    }

    private static void Tell(Topic topic, IReadOnlyCollection<Subscriber> subscribers, ReadOnlyMemory<byte> result)
    {
        foreach (var subscriber in subscribers)
        {
            foreach (var subscription in subscriber.Subscriptions)
            {
                if (subscription.Topic == topic) { subscriber.Notify(subscription, result); }
            }
        }
    }

    private void TellBlock(ChainBlock block, Commitment commitment, IReadOnlyCollection<Subscriber> subscribers)
    {
        _bodies.Clear();
        foreach (var subscriber in subscribers)
        {
            foreach (var subscription in subscriber.Subscriptions)
            {
                if (subscription.Topic != Topic.Blocks || subscription.Commitment != commitment) { continue; }
                var key = (subscription.Format!, subscription.Mentions);
                if (!_bodies.TryGetValue(key, out var body))
                {
                    body = Body(block, subscription.Format!, subscription.Mentions);
                    _bodies.Add(key, body);
                }

                if (!body.IsEmpty) { subscriber.Notify(subscription, body); }
            }
        }

        _bodies.Clear();
    }

    /// <summary>The notice's result. Where the client cannot read the block, its error stands in the notice, as a node does it.</summary>
    private static ReadOnlyMemory<byte> Body(ChainBlock block, BlockFormat format, string? mentions)
    {
        var json = new ArrayBufferWriter<byte>(block.Json.Length + 512);
        var slot = block.Slot.ToString(CultureInfo.InvariantCulture);
        json.Write(Encoding.ASCII.GetBytes($"{{\"context\":{{\"apiVersion\":\"{NodeVersion.Core}\",\"slot\":{slot}}},\"value\":{{\"block\":"));
        var before = json.WrittenCount;
        if (BlockEncoder.Write(block, format, mentions, json) is not null)
        {
            var head = json.WrittenSpan[..before].ToArray();
            json.ResetWrittenCount();
            json.Write(head);
            json.Write("null,\"err\":{\"UnsupportedTransactionVersion\":0}"u8);
        }
        else
        {
            json.Write(",\"err\":null"u8);
        }

        json.Write(Encoding.ASCII.GetBytes($",\"slot\":{slot}}}}}"));
        return json.WrittenMemory;
    }

    private static byte[] Number(ulong value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
}
