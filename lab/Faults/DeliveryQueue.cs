namespace Sluice.Lab.Faults;

/// <summary>A block on its way to a reader.</summary>
/// <param name="Block">The block.</param>
/// <param name="Fault">What happened to it on the way.</param>
public readonly record struct Delivery(ChainBlock Block, DeliveryFault Fault);

/// <summary>Delays, repeats, swaps and loses blocks as the plan says. Time is counted in slots.</summary>
/// <param name="channel">Queues of different channels lose different blocks.</param>
public sealed class DeliveryQueue(FaultPlan plan, int channel = 0)
{
    private readonly PriorityQueue<Delivery, (ulong Due, ulong Order)> _waiting = new();
    private ulong _sent;

    /// <summary>Blocks on their way.</summary>
    public int Count => _waiting.Count;

    /// <summary>Sends a block on its way.</summary>
    public void Send(ChainBlock block, ulong now)
    {
        var order = 2 * _sent++;
        var (fault, slots) = plan.DeliveryOf(block.Slot, channel);
        switch (fault)
        {
            case DeliveryFault.Missing:
                return;
            case DeliveryFault.Late:
                _waiting.Enqueue(new Delivery(block, fault), (now + (ulong)slots, order));
                return;
            case DeliveryFault.Reordered:
                _waiting.Enqueue(new Delivery(block, fault), (now + 1, order + 3)); // behind what is sent next
                return;
            case DeliveryFault.Duplicated:
                _waiting.Enqueue(new Delivery(block, DeliveryFault.None), (now, order));
                _waiting.Enqueue(new Delivery(block, fault), (now + (ulong)slots, order + 1));
                return;
            default:
                _waiting.Enqueue(new Delivery(block, fault), (now, order));
                return;
        }
    }

    /// <summary>Takes the next block that has arrived by a slot.</summary>
    public bool TryTake(ulong now, out Delivery delivery)
    {
        if (_waiting.TryPeek(out delivery, out var at) && at.Due <= now)
        {
            _waiting.Dequeue();
            return true;
        }

        delivery = default;
        return false;
    }
}
