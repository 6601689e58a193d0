namespace Sluice.Lab.Node;

/// <summary>Which slots got a block, of the last 1,048,576: what Agave's sysvar slot history holds too.</summary>
internal sealed class ProducedSlots
{
    private const int Bits = 1 << 20;

    private readonly ulong[] _words = new ulong[Bits / 64];
    private readonly ulong _first;

    /// <param name="first">The first slot that will be added.</param>
    public ProducedSlots(ulong first) => _first = Next = first;

    /// <summary>First slot that is known.</summary>
    public ulong First => Math.Max(_first, Next > Bits ? Next - Bits : 0);

    /// <summary>Slot after the last one that is known.</summary>
    public ulong Next { get; private set; }

    /// <summary>Notes the next slot.</summary>
    public void Add(bool produced)
    {
        ref var word = ref _words[Next % Bits / 64];
        var bit = 1UL << (int)(Next % 64);
        word = produced ? word | bit : word & ~bit;
        Next++;
    }

    public bool this[ulong slot] => (_words[slot % Bits / 64] & (1UL << (int)(slot % 64))) != 0;
}
