using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Scenes;

/// <summary>A swap that took effect in the pool of a scene.</summary>
/// <param name="Swap">What was traded.</param>
/// <param name="Sent">Its transaction.</param>
/// <param name="Slot">Slot of its block.</param>
/// <param name="Payer">Who paid and signed.</param>
/// <param name="Role">What it does in the scene; null for swaps of others, whether the scene sent them or chance did.</param>
/// <param name="IsRound">Whether its transaction trades both ways in the pool, or is a searcher's: it takes prices as they are.</param>
internal readonly record struct TapeSwap(DoneSwap Swap, Sent Sent, ulong Slot, int Payer, TruthRole? Role, bool IsRound);

/// <summary>Something that plays in one pool over several transactions: steps to come, what has happened so far.</summary>
internal sealed class Scene(Pool pool, bool aToB)
{
    public Pool Pool { get; } = pool;

    /// <summary>Direction of the first trade.</summary>
    public bool AToB { get; } = aToB;

    /// <summary>The pool before the scene.</summary>
    public PoolSnapshot Start { get; } = pool.Snapshot();

    /// <summary>All swaps in the pool since, in the order of execution.</summary>
    public List<TapeSwap> Tape { get; } = [];

    /// <summary>Legs of the scene's own wallets, in the order of execution.</summary>
    public List<TruthLeg> Legs { get; } = [];

    /// <summary>Other pools in which no second scene may begin.</summary>
    public List<Pool> Reserved { get; } = [];

    /// <summary>What is to be done, and the first slot for it.</summary>
    public Queue<(ulong Slot, Action Act)> Steps { get; } = [];

    /// <summary>Whose scene it is, where somebody with several wallets acts; he acts in no other one meanwhile.</summary>
    public Chain.Operator? Actor { get; init; }

    /// <summary>Fees of its own transactions, and their tips.</summary>
    public ulong Fees { get; set; }

    public ulong Tips { get; set; }

    /// <summary>Whether the steps follow each other with no other transaction between.</summary>
    public bool AtOnce { get; set; }

    /// <summary>What is done behind the last step.</summary>
    public required Action<Scene> Finish { get; init; }
}
