using Sluice.Tests.Broker.Core;

namespace Sluice.Tests.Broker.Transactions;

internal enum TransactionState
{
    Empty,
    Ongoing,
    PrepareCommit,
    PrepareAbort,
    CompleteCommit,
    CompleteAbort,
}

/// <summary>What the coordinator knows of one transactional id.</summary>
internal sealed class Transaction(string transactionalId)
{
    public const short NoEpoch = -1;

    public string TransactionalId { get; } = transactionalId;

    public long ProducerId { get; set; }

    public short Epoch { get; set; } = NoEpoch;

    /// <summary>Epoch before the last bump the producer itself asked for, so that its repeated request is known; -1 otherwise.</summary>
    public short PreviousEpoch { get; set; } = NoEpoch;

    public TimeSpan Timeout { get; set; }

    public TransactionState State { get; set; }

    public HashSet<(string Topic, int Partition)> Partitions { get; } = [];

    /// <summary>Groups whose offsets this transaction commits.</summary>
    public HashSet<string> Groups { get; } = [];

    /// <summary>Aborts the transaction when its time is over.</summary>
    public Deadline? Expiry { get; set; }

    /// <summary>Writes the markers of a prepared transaction, where the options ask for a delay.</summary>
    public Deadline? Completion { get; set; }

    public bool IsPrepared => State is TransactionState.PrepareCommit or TransactionState.PrepareAbort;
}
