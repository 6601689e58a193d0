using Sluice.Lab.Chain;
using Sluice.Lab.Venues;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Scenarios.Scenes;

/// <summary>Scenes that are under way. It watches their pools and gives each of their steps its turn.</summary>
internal sealed class SceneBook
{
    private readonly Stage _stage;
    private readonly List<Scene> _open = [];
    private readonly HashSet<int> _searchers = [];
    private Scene?[] _byPool = [];
    private Scene? _acting;
    private TruthRole? _role;
    private Signature _counted;

    public SceneBook(Stage stage)
    {
        _stage = stage;
        foreach (var bot in stage.Actors.Bots) { _searchers.Add(bot.Wallet); }
        stage.Landed += Watch;
    }

    /// <summary>Steps that the present block still gets.</summary>
    public int Due
    {
        get
        {
            var due = 0;
            foreach (var scene in _open)
            {
                foreach (var (slot, _) in scene.Steps)
                {
                    if (slot > _stage.World.Slot) { break; }
                    due++;
                }
            }

            return due;
        }
    }

    /// <summary>Whether no scene plays in the pool.</summary>
    public bool IsFree(Pool pool)
    {
        if (pool.Number < _byPool.Length && _byPool[pool.Number] is not null) { return false; }
        foreach (var scene in _open)
        {
            if (scene.Reserved.Contains(pool)) { return false; }
        }

        return true;
    }

    /// <summary>Whether somebody acts in no scene.</summary>
    public bool IsIdle(Operator one) => !_open.Exists(s => s.Actor is { } actor && actor.Wallets == one.Wallets);

    /// <summary>Begins a scene: its pool is watched from now on. One whose steps follow each other is finished at once.</summary>
    public void Begin(Scene scene)
    {
        if (_byPool.Length <= scene.Pool.Number) { Array.Resize(ref _byPool, _stage.World.Pools.Count); }
        _byPool[scene.Pool.Number] = scene;
        _open.Add(scene);
        if (scene.AtOnce)
        {
            while (_open.Contains(scene)) { Next(scene); }
        }
        else
        {
            Next(scene);
        }
    }

    /// <summary>Takes the next step of one that is due, by chance.</summary>
    public void Step()
    {
        var at = _stage.Random.Below(_open.Count);
        for (var i = 0; i < _open.Count; i++)
        {
            var scene = _open[(at + i) % _open.Count];
            if (scene.Steps.Peek().Slot > _stage.World.Slot) { continue; }
            Next(scene);
            return;
        }
    }

    /// <summary>Sends a transaction that belongs to the scene: its swaps become legs of the role, and with own ones fee and tip are counted.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="role">What the transaction does in it.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="isOwn">Whether the scene's own wallets pay.</param>
    public Sent Act(Scene scene, TruthRole role, Func<Sent> send, bool isOwn = true)
    {
        (_acting, _role) = (scene, role);
        var sent = send();
        (_acting, _role) = (null, null);
        if (isOwn && sent.Signature != _counted)
        {
            _counted = sent.Signature;
            scene.Fees += sent.Fee;
            scene.Tips += sent.Tip;
        }

        return sent;
    }

    private void Next(Scene scene)
    {
        if (scene.Steps.TryDequeue(out var step)) { step.Act(); }
        if (scene.Steps.Count > 0) { return; }
        _open.Remove(scene);
        _byPool[scene.Pool.Number] = null;
        scene.Finish(scene);
    }

    private void Watch(Sent sent)
    {
        var swaps = _stage.Tx.Done;
        if (swaps.Count == 0 || (_open.Count == 0 && _acting is null)) { return; }
        var payer = _stage.Tx.Payer;
        var isSearcher = _searchers.Contains(payer);
        foreach (var swap in swaps)
        {
            if (_acting is not null && _role is { } role)
            {
                _acting.Legs.Add(_stage.Leg(role, sent, swap.User, swap.Pool, swap.MintIn, swap.AmountIn, swap.MintOut, swap.AmountOut));
            }

            var scene = swap.Pool.Number < _byPool.Length ? _byPool[swap.Pool.Number] : null;
            scene?.Tape.Add(new TapeSwap(swap, sent, _stage.World.Slot, payer, scene == _acting ? _role : null, isSearcher || swaps.Exists(s => s.Pool == swap.Pool && s.AToB != swap.AToB)));
        }
    }
}
