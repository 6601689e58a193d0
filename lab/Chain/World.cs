using Sluice.Lab.Venues;

namespace Sluice.Lab.Chain;

/// <summary>Everything that exists on the simulated chain: accounts, mints, pools, wallets.</summary>
/// <remarks>
/// Wallets get token accounts when they are first needed; such an account either existed before the simulation, with a
/// balance, or is still to be created by a transaction. Nothing else appears without a transaction.
/// </remarks>
internal sealed class World
{
    private const int TableSize = 256;

    private readonly Prng _keys;
    private readonly Dictionary<long, int> _tokenAccounts = [];
    private readonly Dictionary<int, int> _traderAccounts = [];
    private int _tableFill = TableSize;

    public World(ulong seed)
    {
        _keys = new Prng(seed, stream: 1);
        Programs = new Programs(Accounts);
    }

    public AccountTable Accounts { get; } = new();

    public Programs Programs { get; }

    /// <summary>Mints by number; 0 is wrapped SOL.</summary>
    public List<Mint> Mints { get; } = [];

    public List<Pool> Pools { get; } = [];

    /// <summary>Accounts of the lookup tables.</summary>
    public List<int> Tables { get; } = [];

    /// <summary>Unix seconds of the block being made.</summary>
    public long BlockTime { get; set; }

    /// <summary>Slot being made.</summary>
    public ulong Slot { get; set; }

    /// <summary>A new account with a random address.</summary>
    public int NewAccount(ulong lamports = 0) => Accounts.Add(_keys.Key(), lamports);

    /// <summary>A mint with a real address, or with a random one where none is given.</summary>
    public Mint AddMint(string? address, byte decimals, ulong unitsPerUsd, bool token2022 = false, ushort transferFeeBps = 0)
    {
        var rent = token2022 ? 3_744_480UL : 1_461_600UL;
        var mint = new Mint
        {
            Number = Mints.Count,
            Account = address is null ? NewAccount(rent) : Accounts.Named(address, rent),
            Program = token2022 ? Programs.Token2022 : Programs.Token,
            Decimals = decimals,
            UnitsPerUsd = unitsPerUsd,
            IsToken2022 = token2022,
            TransferFeeBps = transferFeeBps,
        };
        Mints.Add(mint);
        return mint;
    }

    /// <summary>A token account that exists from the beginning and holds an amount.</summary>
    public int NewTokenAccount(Mint mint, int owner, ulong amount)
    {
        var id = AddTokenAccount(mint, owner);
        Fund(id, amount);
        return id;
    }

    /// <summary>
    /// The owner's associated token account, whether or not it exists on chain; see <see cref="Account.IsOpen"/>.
    /// </summary>
    public int TokenAccount(int owner, Mint mint)
    {
        var name = ((long)owner << 32) | (uint)mint.Number;
        if (_tokenAccounts.TryGetValue(name, out var id)) { return id; }
        id = AddTokenAccount(mint, owner);
        _tokenAccounts.Add(name, id);
        return id;
    }

    /// <summary>Whether the owner's associated token account was named before.</summary>
    public bool Knows(int owner, Mint mint) => _tokenAccounts.ContainsKey(((long)owner << 32) | (uint)mint.Number);

    /// <summary>The account in which the pump programs count a trader's volume.</summary>
    public int TraderAccount(int user)
    {
        if (!_traderAccounts.TryGetValue(user, out var id))
        {
            id = NewAccount(1_844_400);
            _traderAccounts.Add(user, id);
        }

        return id;
    }

    /// <summary>Opens a token account that existed before the simulation, with that amount.</summary>
    public void Fund(int tokenAccount, ulong amount)
    {
        ref var account = ref Accounts[tokenAccount];
        var mint = Mints[account.Mint];
        account.IsOpen = true;
        account.Amount = amount;
        account.Lamports = mint.AccountRent + (mint.IsNative ? amount : 0);
    }

    /// <summary>Puts accounts into lookup tables, filling one before the next begins.</summary>
    public void List(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            ref var account = ref Accounts[id];
            if (account.Table >= 0) { continue; }
            if (_tableFill == TableSize)
            {
                Tables.Add(NewAccount(57_000_000));
                _tableFill = 0;
            }

            account.Table = (short)(Tables.Count - 1);
            account.TableIndex = (byte)_tableFill++;
        }
    }

    /// <summary>Keeps a pool and lists its accounts in lookup tables.</summary>
    public void AddPool(Pool pool)
    {
        (pool.FirstA, pool.FirstB) = pool.Venue.Reserves(pool);
        Pools.Add(pool);
        List([pool.Account, pool.VaultA, pool.VaultB, pool.Authority, pool.MintA.Account, pool.MintB.Account]);
        List(pool.Others);
    }

    /// <summary>A token account that is nobody's associated one; it does not exist until a transaction creates it.</summary>
    public int AddTokenAccount(Mint mint, int owner)
    {
        var id = NewAccount();
        ref var account = ref Accounts[id];
        account.Mint = mint.Number;
        account.Owner = owner;
        return id;
    }
}
