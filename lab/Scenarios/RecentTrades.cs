using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios;

/// <summary>Which wallets traded in which pools, and which way, in the last slots: one to two times <see cref="Reach"/> of them are kept.</summary>
/// <remarks>Ordinary wallets ask it, so that they do not by chance trade both ways around others, which no observer could tell from an attack.</remarks>
internal sealed class RecentTrades
{
    /// <summary>Slots of a window in which an attack may play: a leader's turn with the slot before and the one behind it, and one to spare.</summary>
    public const ulong Reach = 7;

    private readonly Stage _stage;
    private Dictionary<long, byte> _now = [];
    private Dictionary<long, byte> _before = [];
    private ulong _since;

    public RecentTrades(Stage stage)
    {
        _stage = stage;
        stage.Landed += _ =>
        {
            foreach (var swap in stage.Tx.Done) { Add(swap); }
        };
    }

    /// <summary>Whether the wallet traded the other way in the pool.</summary>
    public bool HasOpposite(int user, Pool pool, bool aToB) => (Of(user, pool) & Bit(!aToB)) != 0;

    /// <summary>Whether the wallet traded in the pool.</summary>
    public bool Has(int user, Pool pool) => Of(user, pool) != 0;

    private int Of(int user, Pool pool)
    {
        Turn();
        var key = Key(user, pool);
        return _now.GetValueOrDefault(key) | _before.GetValueOrDefault(key);
    }

    private void Add(in DoneSwap swap)
    {
        Turn();
        var key = Key(swap.User, swap.Pool);
        _now[key] = (byte)(_now.GetValueOrDefault(key) | Bit(swap.AToB));
    }

    private void Turn()
    {
        if (_stage.World.Slot < _since + Reach) { return; }
        if (_stage.World.Slot >= _since + (2 * Reach)) { _now.Clear(); }
        (_now, _before) = (_before, _now);
        _now.Clear();
        _since = _stage.World.Slot;
    }

    private static int Bit(bool aToB) => aToB ? 1 : 2;

    private static long Key(int user, Pool pool) => ((long)user << 32) | (uint)pool.Number;
}
