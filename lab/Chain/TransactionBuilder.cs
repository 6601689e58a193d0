using Sluice.Lab.Json;

namespace Sluice.Lab.Chain;

/// <summary>What a transaction asks of the compute budget.</summary>
/// <param name="Limit">Compute units asked for, at most 1,400,000; 0 leaves both instructions out.</param>
/// <param name="PriceMicroLamports">Priority fee per compute unit.</param>
internal readonly record struct ComputeBudget(uint Limit, ulong PriceMicroLamports)
{
    /// <summary>Priority fee in lamports, rounded up as the chain does.</summary>
    public ulong PriorityFee => Limit == 0 ? 0 : (ulong)((((UInt128)PriceMicroLamports * Limit) + 999_999) / 1_000_000);
}

/// <summary>Use that an instruction makes of an account.</summary>
[Flags]
internal enum Use : byte
{
    Read = 0,
    Write = 1,
    Sign = 2,
}

/// <summary>Executes one transaction on the simulated accounts and keeps what a node would record of it.</summary>
/// <remarks>
/// Instructions are opened and closed like calls; an instruction opened inside another is an inner one. Between
/// <see cref="Open"/> and the first inner <see cref="Open"/> its accounts and data are given. Balances before the
/// transaction are taken when an account is first named, so name it (or move its money through this class, which does)
/// before changing it. Steps: Begin, instructions, End, then <see cref="TransactionJson"/> writes it.
/// </remarks>
internal sealed partial class TransactionBuilder(World world)
{
    /// <summary>Fee of one signature in lamports.</summary>
    public const ulong BaseFee = 5_000;

    private const uint NoBudgetLimit = 200_000;

    private readonly World _world = world;
    private readonly AccountTable _accounts = world.Accounts;
    private readonly List<Frame> _stack = new(8);
    private byte[] _indexes = new byte[2_048];
    private byte[] _data = new byte[8_192];
    private int _indexCount;
    private int _dataCount;
    private int _serial;
    private ulong _remaining;
    private ulong _budgetUnits;

    /// <summary>One instruction, outer (height 1) or inner. Places are in <see cref="Indexes"/> and <see cref="Data"/>.</summary>
    internal struct Step
    {
        public byte Program;
        public byte Height;
        public byte Top;
        public bool ListsInner;
        public int FirstIndex;
        public int IndexCount;
        public int FirstByte;
        public int ByteCount;
    }

    /// <summary>An account of the transaction in the order of first use, with its balances before.</summary>
    internal struct Entry
    {
        public int Account;
        public Use Use;
        public bool IsOuterProgram;
        public bool WasOpen;
        public ulong LamportsBefore;
        public ulong AmountBefore;
        public int OwnerBefore;
    }

    private readonly record struct Frame(int Step, ulong RemainingAtStart, bool IsNative);

    /// <summary>Instructions in execution order, inner ones behind their outer one.</summary>
    internal List<Step> Steps { get; } = new(64);

    internal Entry[] Entries { get; } = new Entry[256];

    internal int EntryCount { get; private set; }

    /// <summary>Lines of the log as JSON strings with commas between.</summary>
    internal Utf8Buffer Logs { get; } = new(16_384);

    internal ReadOnlySpan<byte> Indexes => _indexes.AsSpan(0, _indexCount);

    internal ReadOnlySpan<byte> Data => _data.AsSpan(0, _dataCount);

    /// <summary>Whether messages may name accounts through lookup tables.</summary>
    public bool IsVersioned { get; internal set; }

    public bool UsesTables { get; internal set; }

    public int SignatureCount { get; private set; }

    public ulong Fee { get; private set; }

    public ulong PriorityFee => Fee - (BaseFee * (ulong)SignatureCount);

    /// <summary>Lamports that reached tip accounts; nothing where the transaction failed.</summary>
    public ulong Tip { get; private set; }

    /// <summary>Swaps that took effect, by venue.</summary>
    internal int[] Swaps { get; } = new int[Venues.VenueNames.Count];

    /// <summary>Who pays and signs.</summary>
    internal int Payer => Entries[0].Account;

    /// <summary>Swaps that took effect, in the order of execution.</summary>
    internal List<Venues.DoneSwap> Done { get; } = new(8);

    private readonly List<Venues.PoolState> _kept = new(4);

    public bool HasFailed { get; private set; }

    /// <summary>Outer instruction that failed, and the program's error code.</summary>
    internal int FailedStep { get; private set; }

    internal uint FailedCode { get; private set; }

    /// <summary>Whether it failed for want of compute units instead of with a code.</summary>
    internal bool RanOutOfUnits { get; private set; }

    public ulong UnitsConsumed { get; private set; }

    /// <summary>
    /// Program whose returned data the transaction ends with, or -1: each call forgets what was returned before.
    /// </summary>
    internal int ReturnProgram { get; private set; }

    internal ReadOnlySpan<byte> ReturnData => _returned.AsSpan(0, _returnedCount);

    /// <summary>Starts a transaction paid by <paramref name="payer"/>.</summary>
    public void Begin(int payer, ComputeBudget budget, bool versioned, bool usesTables, int secondSigner = -1)
    {
        _serial++;
        EntryCount = 0;
        Steps.Clear();
        _stack.Clear();
        Logs.Clear();
        _logBytes = 0;
        _logFull = false;
        _indexCount = 0;
        _dataCount = 0;
        Tip = 0;
        HasFailed = false;
        FailedStep = 0;
        FailedCode = 0;
        RanOutOfUnits = false;
        ReturnProgram = -1;
        OuterCount = 0;
        IsVersioned = versioned;
        UsesTables = usesTables;
        Array.Clear(Swaps);
        Done.Clear();
        _kept.Clear();
        Name(payer, Use.Write | Use.Sign);
        SignatureCount = 1;
        if (secondSigner >= 0)
        {
            Name(secondSigner, Use.Write | Use.Sign);
            SignatureCount = 2;
        }

        Fee = (BaseFee * (ulong)SignatureCount) + budget.PriorityFee;
        _accounts[payer].Lamports -= Fee;
        _budgetUnits = budget.Limit == 0 ? NoBudgetLimit * 2 : budget.Limit;
        _remaining = _budgetUnits;
        if (budget.Limit == 0) { return; }

        Open(_world.Programs.ComputeBudget);
        U8(2);
        U32(budget.Limit);
        Close(150);
        Open(_world.Programs.ComputeBudget);
        U8(3);
        U64(budget.PriceMicroLamports);
        Close(150);
    }

    /// <summary>Opens an instruction of a program, inside the one that is open, if any.</summary>
    /// <param name="program">The program's account.</param>
    /// <param name="units">Compute units that it spends before its inner instructions.</param>
    public void Open(int program, ulong units = 0)
    {
        var local = Name(program, Use.Read);
        var height = (byte)(_stack.Count + 1);
        if (height == 1) { Entries[local].IsOuterProgram = true; }
        var step = new Step
        {
            Program = local,
            Height = height,
            Top = height == 1 ? (byte)OuterCount++ : Steps[_stack[0].Step].Top,
            FirstIndex = _indexCount,
            FirstByte = _dataCount,
        };
        Steps.Add(step);
        _stack.Add(new Frame(Steps.Count - 1, _remaining, IsNative(program)));
        ReturnProgram = -1;
        _returnedCount = 0;
        LogInvoke(program, height);
        Spend(units);
    }

    /// <summary>Outer instructions so far.</summary>
    internal int OuterCount { get; private set; }

    /// <summary>Ends the innermost open instruction successfully.</summary>
    /// <param name="units">Compute units that it spends after its inner instructions.</param>
    public void Close(ulong units = 0)
    {
        if (HasFailed) { return; }
        Spend(units);
        var frame = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        var program = Entries[Steps[frame.Step].Program].Account;
        if (!frame.IsNative) { LogConsumed(program, frame.RemainingAtStart - _remaining, frame.RemainingAtStart); }
        if (_returnedCount > 0 && ReturnProgram < 0)
        {
            ReturnProgram = program;
            LogReturn(program);
        }

        LogSuccess(program);
    }

    /// <summary>
    /// Ends the transaction with an error of the innermost open instruction: nothing of it takes effect but the fee.
    /// </summary>
    public void Fail(uint code)
    {
        FailedStep = Steps[_stack[0].Step].Top;
        FailedCode = code;
        for (var i = _stack.Count - 1; i >= 0; i--)
        {
            var frame = _stack[i];
            var program = Entries[Steps[frame.Step].Program].Account;
            if (!frame.IsNative) { LogConsumed(program, frame.RemainingAtStart - _remaining, frame.RemainingAtStart); }
            LogFailed(program, code);
        }

        _stack.Clear();
        HasFailed = true;
    }

    /// <summary>Ends the transaction because the innermost open instruction used up all compute units.</summary>
    public void FailForBudget()
    {
        Spend(_remaining);
        RanOutOfUnits = true;
        Fail(0);
    }

    /// <summary>Fixes the outcome. A failed transaction is undone here.</summary>
    public void End()
    {
        UnitsConsumed = _budgetUnits - _remaining;
        for (var i = 0; i < Steps.Count; i++)
        {
            if (Steps[i].ListsInner) { ListInnerAccounts(i); }
        }

        if (!HasFailed) { return; }
        for (var i = 0; i < EntryCount; i++)
        {
            ref var entry = ref Entries[i];
            ref var account = ref _accounts[entry.Account];
            account.Lamports = entry.LamportsBefore;
            account.Amount = entry.AmountBefore;
            account.IsOpen = entry.WasOpen;
            account.Owner = entry.OwnerBefore;
        }

        foreach (var state in _kept) { state.PutBack(); }
        _accounts[Entries[0].Account].Lamports -= Fee;
        Tip = 0;
        Array.Clear(Swaps);
        Done.Clear();
    }

    /// <summary>Keeps a pool's state as it is before its first swap, to be put back should the transaction fail.</summary>
    internal void Keep(Venues.Pool pool)
    {
        if (pool.State is not { } state || _kept.Contains(state)) { return; }
        state.Keep();
        _kept.Add(state);
    }

    /// <summary>Adds an account to the innermost open instruction.</summary>
    public TransactionBuilder With(int account, Use use = Use.Read)
    {
        var local = Name(account, use);
        if (_indexCount == _indexes.Length) { Array.Resize(ref _indexes, _indexes.Length * 2); }
        _indexes[_indexCount++] = local;
        Current.IndexCount++;
        return this;
    }

    /// <summary>
    /// Says that the accounts given to the innermost open instruction so far are followed, for each direct inner instruction
    /// but the program's own events, by that program and its accounts. That is how routers list them.
    /// </summary>
    public void ListInnerAccounts() => Current.ListsInner = true;

    private void ListInnerAccounts(int at)
    {
        var outer = Steps[at];
        var first = _indexCount;
        EnsureIndexes(outer.IndexCount);
        _indexes.AsSpan(outer.FirstIndex, outer.IndexCount).CopyTo(_indexes.AsSpan(_indexCount));
        _indexCount += outer.IndexCount;
        for (var i = at + 1; i < Steps.Count && Steps[i].Height > outer.Height; i++)
        {
            var inner = Steps[i];
            if (inner.Height != outer.Height + 1 || inner.Program == outer.Program) { continue; }
            EnsureIndexes(inner.IndexCount + 1);
            _indexes[_indexCount++] = inner.Program;
            _indexes.AsSpan(inner.FirstIndex, inner.IndexCount).CopyTo(_indexes.AsSpan(_indexCount));
            _indexCount += inner.IndexCount;
        }

        ref var step = ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Steps)[at];
        step.FirstIndex = first;
        step.IndexCount = _indexCount - first;
    }

    private ref Step Current => ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Steps)[_stack[^1].Step];

    /// <summary>Gives an account a place in the transaction and notes its balances when it is new.</summary>
    private byte Name(int id, Use use)
    {
        ref var account = ref _accounts[id];
        if (account.MarkedBy == _serial)
        {
            Entries[account.Local].Use |= use;
            return (byte)account.Local;
        }

        account.MarkedBy = _serial;
        account.Local = (short)EntryCount;
        Entries[EntryCount] = new Entry
        {
            Account = id,
            Use = use,
            WasOpen = account.IsOpen,
            LamportsBefore = account.Lamports,
            AmountBefore = account.Amount,
            OwnerBefore = account.Owner,
        };
        return (byte)EntryCount++;
    }

    private void Spend(ulong units) => _remaining -= Math.Min(units, _remaining);

    private void EnsureIndexes(int count)
    {
        if (_indexes.Length - _indexCount < count) { Array.Resize(ref _indexes, (_indexes.Length * 2) + count); }
    }

    private bool IsNative(int program) =>
        program == _world.Programs.System || program == _world.Programs.ComputeBudget || program == _world.Programs.Vote;
}
