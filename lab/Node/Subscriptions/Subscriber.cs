using System.Buffers;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Sluice.Lab.Node.Subscriptions;

/// <summary>One connection that takes notices. What waits for it is bounded: one that is too slow is cut off, others do not wait.</summary>
public sealed class Subscriber
{
    private readonly SimulatedNode _node;
    private readonly Channel<Message> _waiting;
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private readonly CancellationTokenSource _closing = new();
    private long _bytes;

    internal Subscriber(SimulatedNode node)
    {
        _node = node;
        _waiting = Channel.CreateBounded<Message>(new BoundedChannelOptions(node.Options.MaxWaitingMessages) { SingleReader = true });
    }

    /// <summary>Why the connection is to be closed; null while it is not.</summary>
    public string? ClosedFor { get; private set; }

    /// <summary>Cancelled when the node cuts the connection off, whatever it is doing.</summary>
    public CancellationToken CutOff => _closing.Token;

    internal IReadOnlyList<Subscription> Subscriptions
    {
        get
        {
            lock (_gate) { return [.. _subscriptions]; }
        }
    }

    /// <summary>The messages to send, in order; ends when the connection is to be closed.</summary>
    public IAsyncEnumerable<Message> ReadAllAsync(CancellationToken cancellation) => _waiting.Reader.ReadAllAsync(cancellation);

    /// <summary>Takes a message that is there already.</summary>
    public bool TryRead(out Message message) => _waiting.Reader.TryRead(out message);

    /// <summary>Notes that a message has gone out.</summary>
    public void Sent(in Message message) => Interlocked.Add(ref _bytes, -message.Length);

    /// <summary>Handles a request of the client: the answer waits in line with the notices.</summary>
    public void Receive(ReadOnlyMemory<byte> request)
    {
        var answer = new ArrayBufferWriter<byte>(256);
        _node.Rpc.Answer(request, answer, this);
        if (answer.WrittenCount > 0) { Enqueue(new Message(answer.WrittenMemory, default, default)); }
    }

    /// <summary>Cuts the connection off.</summary>
    public void Close(string reason)
    {
        Leave(reason);
        _closing.Cancel();
    }

    /// <summary>Ends it: nothing more is sent, and the node forgets it.</summary>
    public void Leave(string reason)
    {
        lock (_gate)
        {
            ClosedFor ??= reason;
            _subscriptions.Clear();
        }

        _waiting.Writer.TryComplete();
    }

    /// <summary>Adds a subscription; null where it has too many.</summary>
    internal Subscription? Add(Func<ulong, Subscription> make)
    {
        lock (_gate)
        {
            if (_subscriptions.Count >= _node.Options.MaxSubscriptions) { return null; }
            var added = make(_node.NextSubscription());
            _subscriptions.Add(added);
            return added;
        }
    }

    internal bool Remove(ulong id, Topic topic)
    {
        lock (_gate) { return _subscriptions.RemoveAll(s => s.Id == id && s.Topic == topic) > 0; }
    }

    /// <summary>Sends a notice of a subscription.</summary>
    internal void Notify(Subscription subscription, ReadOnlyMemory<byte> result)
    {
        var method = subscription.Topic switch { Topic.Slots => "slot", Topic.Roots => "root", _ => "block" };
        Enqueue(new Message(
            Encoding.ASCII.GetBytes($"{{\"jsonrpc\":\"2.0\",\"method\":\"{method}Notification\",\"params\":{{\"result\":"),
            result,
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"subscription\":{subscription.Id}}}}}"))));
    }

    private void Enqueue(in Message message)
    {
        if (ClosedFor is not null) { return; }
        if (Interlocked.Add(ref _bytes, message.Length) > _node.Options.MaxWaitingBytes || !_waiting.Writer.TryWrite(message))
        {
            Close("too slow: more notices wait than the node keeps");
        }
    }
}
