using System.Runtime.CompilerServices;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Chain;

/// <summary>One account of the simulated chain. Accounts are named by their number in the <see cref="AccountTable"/>.</summary>
internal struct Account
{
    public Pubkey Key;

    /// <summary>Lamports, including those that back wrapped SOL.</summary>
    public ulong Lamports;

    /// <summary>Token amount in base units; only of token accounts.</summary>
    public ulong Amount;

    /// <summary>Number of the token's mint in <see cref="World.Mints"/>, or -1 where this is no token account.</summary>
    public int Mint;

    /// <summary>Account of the token account's owner.</summary>
    public int Owner;

    /// <summary>Whether a token account exists on chain now.</summary>
    public bool IsOpen;

    /// <summary>Lookup table that lists this account, or -1, and the place in it.</summary>
    public short Table;

    public byte TableIndex;

    /// <summary>Transaction being built that last named this account, and its local number there.</summary>
    public int MarkedBy;

    public short Local;

    public byte TextLength;

    public KeyText Text;

    /// <summary>Base58 text of <see cref="Key"/>, made once.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<byte> TextUtf8 => ((ReadOnlySpan<byte>)Text)[..TextLength];
}

[InlineArray(Base58.MaxChars32)]
internal struct KeyText
{
    private byte _first;
}

/// <summary>All accounts of the simulated chain. References to entries stay valid while accounts are added.</summary>
internal sealed class AccountTable
{
    private const int ChunkBits = 12;
    private readonly List<Account[]> _chunks = [];
    private readonly Dictionary<Pubkey, int> _named = [];

    public int Count { get; private set; }

    public ref Account this[int id] => ref _chunks[id >> ChunkBits][id & ((1 << ChunkBits) - 1)];

    /// <summary>Adds an account that holds no token.</summary>
    public int Add(Pubkey key, ulong lamports)
    {
        if (Count >> ChunkBits == _chunks.Count) { _chunks.Add(new Account[1 << ChunkBits]); }
        ref var account = ref this[Count];
        account.Key = key;
        account.Lamports = lamports;
        account.Mint = -1;
        account.Table = -1;
        account.MarkedBy = -1;
        account.TextLength = (byte)key.Format(account.Text);
        return Count++;
    }

    /// <summary>The one account of a well-known address, added when it is first asked for.</summary>
    public int Named(string address, ulong lamports = 1)
    {
        var key = Pubkey.Parse(address);
        if (_named.TryGetValue(key, out var id)) { return id; }
        id = Add(key, lamports);
        _named.Add(key, id);
        return id;
    }
}
