using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Transactions;

/// <summary>Hands out producer ids, and takes transactions from their begin to their markers.</summary>
/// <remarks>
/// (1) InitProducerId gives an id's producer a new epoch; the predecessor, with an older one, is fenced and its open
/// transaction aborted. (2) Partitions and groups are added before they are written to. (3) EndTxn decides; the markers
/// and the offsets follow. (4) A transaction that is open for longer than its time-out is aborted under a new epoch.
/// Source: KIP-98, KIP-360 (a producer may ask for a new epoch), KIP-447 (generation of a group), KIP-890 part 1
/// (a partition that was not added is refused).
/// </remarks>
internal sealed class TransactionCoordinator(Cluster cluster)
{
    private const short LastEpoch = short.MaxValue - 1;

    private readonly SortedDictionary<string, Transaction> _transactions = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Transaction> All => _transactions.Values;

    /// <summary>Gives a transactional id's producer its id and epoch.</summary>
    /// <param name="expected">What the producer has, when it asks for a new epoch; null from a new producer.</param>
    public (ErrorCode Error, long ProducerId, short Epoch) Init(
        string transactionalId, TimeSpan timeout, (long ProducerId, short Epoch)? expected)
    {
        if (timeout <= TimeSpan.Zero || timeout > cluster.Options.MaxTransactionTimeout)
        {
            return (ErrorCode.InvalidTransactionTimeout, -1, -1);
        }

        if (!_transactions.TryGetValue(transactionalId, out var transaction))
        {
            _transactions[transactionalId] = transaction = new Transaction(transactionalId) { ProducerId = cluster.NextProducerId() };
        }

        var isRepeated = false;
        if (expected is { } own && transaction.Epoch != Transaction.NoEpoch)
        {
            isRepeated = own.ProducerId == transaction.ProducerId && own.Epoch == transaction.PreviousEpoch;
            if (own.ProducerId != transaction.ProducerId || (own.Epoch != transaction.Epoch && !isRepeated))
            {
                return (ErrorCode.ProducerFenced, -1, -1);
            }
        }

        if (transaction.IsPrepared) { return (ErrorCode.ConcurrentTransactions, -1, -1); }
        if (transaction.State == TransactionState.Ongoing)
        {
            Fence(transaction);
            return (ErrorCode.ConcurrentTransactions, -1, -1);
        }

        transaction.Timeout = timeout;
        if (isRepeated) { return (ErrorCode.None, transaction.ProducerId, transaction.Epoch); }
        transaction.State = TransactionState.Empty;
        if (transaction.Epoch >= LastEpoch)
        {
            transaction.ProducerId = cluster.NextProducerId();
            (transaction.Epoch, transaction.PreviousEpoch) = (0, Transaction.NoEpoch);
        }
        else
        {
            transaction.PreviousEpoch = expected is null ? Transaction.NoEpoch : transaction.Epoch;
            transaction.Epoch++;
        }

        return (ErrorCode.None, transaction.ProducerId, transaction.Epoch);
    }

    /// <summary>Whether a producer may add partitions or groups now; the transaction is open afterwards.</summary>
    public ErrorCode Enlist(string transactionalId, long producerId, short epoch, out Transaction? transaction)
    {
        var error = CheckProducer(transactionalId, producerId, epoch, out transaction);
        if (error != ErrorCode.None) { return error; }
        if (transaction!.IsPrepared) { return ErrorCode.ConcurrentTransactions; }
        if (transaction.State == TransactionState.Ongoing) { return ErrorCode.None; }
        transaction.State = TransactionState.Ongoing;
        var open = transaction;
        open.Expiry ??= new Deadline(cluster, () => Fence(open));
        open.Expiry.Set(open.Timeout);
        return ErrorCode.None;
    }

    public ErrorCode End(string transactionalId, long producerId, short epoch, bool commit)
    {
        var error = CheckProducer(transactionalId, producerId, epoch, out var transaction);
        if (error != ErrorCode.None) { return error; }
        switch (transaction!.State)
        {
            case TransactionState.Ongoing:
                Prepare(transaction, commit);
                return ErrorCode.None;
            case TransactionState.PrepareCommit when commit:
            case TransactionState.PrepareAbort when !commit:
                return ErrorCode.ConcurrentTransactions;
            case TransactionState.CompleteCommit when commit:
            case TransactionState.CompleteAbort when !commit:
                return ErrorCode.None; // asked again, since the answer got lost
            default:
                return ErrorCode.InvalidTxnState;
        }
    }

    /// <summary>Whether a transactional batch may be appended.</summary>
    public ErrorCode CheckProduce(string? transactionalId, long producerId, short epoch, string topic, int partition)
    {
        var error = CheckWriter(transactionalId, producerId, epoch, out var transaction);
        return error == ErrorCode.None && !transaction!.Partitions.Contains((topic, partition)) ? ErrorCode.InvalidTxnState : error;
    }

    /// <summary>Whether a group's offsets may be written in a producer's transaction.</summary>
    public ErrorCode CheckGroup(string transactionalId, long producerId, short epoch, string group)
    {
        var error = CheckWriter(transactionalId, producerId, epoch, out var transaction);
        return error == ErrorCode.None && !transaction!.Groups.Contains(group) ? ErrorCode.InvalidTxnState : error;
    }

    /// <summary>What a partition says to a writer: an older epoch is fenced by the log, whoever the coordinator knows.</summary>
    private ErrorCode CheckWriter(string? transactionalId, long producerId, short epoch, out Transaction? transaction)
    {
        transaction = null;
        if (transactionalId is null || !_transactions.TryGetValue(transactionalId, out transaction)) { return ErrorCode.InvalidProducerIdMapping; }
        if (transaction.ProducerId != producerId) { return ErrorCode.InvalidProducerIdMapping; }
        if (transaction.Epoch != epoch) { return ErrorCode.InvalidProducerEpoch; }
        return transaction.State == TransactionState.Ongoing ? ErrorCode.None : ErrorCode.InvalidTxnState;
    }

    private ErrorCode CheckProducer(string transactionalId, long producerId, short epoch, out Transaction? transaction)
    {
        transaction = null;
        if (transactionalId.Length == 0) { return ErrorCode.InvalidRequest; }
        if (!_transactions.TryGetValue(transactionalId, out transaction) || transaction.ProducerId != producerId)
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        return transaction.Epoch == epoch ? ErrorCode.None : ErrorCode.ProducerFenced;
    }

    /// <summary>Aborts an open transaction under a new epoch, so that its producer cannot go on.</summary>
    private void Fence(Transaction transaction)
    {
        if (transaction.State != TransactionState.Ongoing) { return; }
        if (transaction.Epoch < short.MaxValue) { transaction.Epoch++; }
        transaction.PreviousEpoch = Transaction.NoEpoch;
        Prepare(transaction, commit: false);
    }

    private void Prepare(Transaction transaction, bool commit)
    {
        transaction.Expiry?.Clear();
        transaction.State = commit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort;
        if (cluster.Options.MarkerDelay <= TimeSpan.Zero)
        {
            Complete(transaction);
            return;
        }

        transaction.Completion ??= new Deadline(cluster, () => Complete(transaction));
        transaction.Completion.Set(cluster.Options.MarkerDelay);
    }

    private void Complete(Transaction transaction)
    {
        var commit = transaction.State == TransactionState.PrepareCommit;
        foreach (var (topic, partition) in transaction.Partitions)
        {
            cluster.Partition(topic, partition)?.EndTransaction(transaction.ProducerId, transaction.Epoch, commit, cluster.NowUnixMs);
        }

        foreach (var group in transaction.Groups) { cluster.Groups.Find(group)?.Offsets.EndTransaction(transaction.ProducerId, commit); }
        transaction.Partitions.Clear();
        transaction.Groups.Clear();
        transaction.State = commit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort;
    }
}
