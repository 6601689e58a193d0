namespace Sluice.Lab.Chain;

/// <summary>Instructions of the native and the token programs, with what they do to balances.</summary>
/// <remarks>
/// Units are those of real transactions of 2024 and 2025 (slot 254170887 and data of slots 372 to 378 million).
/// </remarks>
internal sealed partial class TransactionBuilder
{
    private const ulong EventTag = 0xE445A52E51CB9A1D;

    /// <summary>Payload of the event being written.</summary>
    public EventWriter Event { get; } = new(world.Accounts);

    /// <summary>System program: moves lamports.</summary>
    public void SystemTransfer(int from, int to, ulong lamports)
    {
        Open(_world.Programs.System);
        With(from, Use.Write | Use.Sign).With(to, Use.Write).U32(2).U64(lamports);
        MoveLamports(from, to, lamports);
        Close(150);
    }

    /// <summary>A Jito tip.</summary>
    /// <param name="from">Who pays.</param>
    /// <param name="tipAccount">One of the eight accounts.</param>
    /// <param name="lamports">How much; nothing is written for none.</param>
    /// <param name="mark">Account that the transfer names besides, which it ignores; -1 for none.</param>
    public void TipTo(int from, int tipAccount, ulong lamports, int mark = -1)
    {
        if (lamports == 0) { return; }
        Open(_world.Programs.System);
        With(from, Use.Write | Use.Sign).With(tipAccount, Use.Write).U32(2).U64(lamports);
        if (mark >= 0) { With(mark); }
        MoveLamports(from, tipAccount, lamports);
        Close(150);
        Tip += lamports;
    }

    /// <summary>Token program: the plain transfer, without mint.</summary>
    public void Transfer(int source, int destination, int authority, ulong amount)
    {
        var mint = _world.Mints[_accounts[source].Mint];
        Open(mint.Program);
        With(source, Use.Write).With(destination, Use.Write).With(authority).U8(3).U64(amount);
        Log("Instruction: Transfer"u8);
        MoveTokens(mint, source, destination, amount);
        Close(mint.IsNative ? 4_736UL : 4_645UL);
    }

    /// <summary>Token program: the transfer that names mint and decimals. A transfer fee is withheld from what arrives.</summary>
    public void TransferChecked(int source, int destination, int authority, ulong amount)
    {
        var mint = _world.Mints[_accounts[source].Mint];
        Open(mint.Program);
        With(source, Use.Write).With(mint.Account).With(destination, Use.Write).With(authority);
        U8(12).U64(amount).U8(mint.Decimals);
        Log("Instruction: TransferChecked"u8);
        MoveTokens(mint, source, destination, amount);
        Close(mint.IsToken2022 ? 2_307UL : mint.IsNative ? 6_238UL : 6_147UL);
    }

    /// <summary>Token-2022: the transfer that also states the fee it expects.</summary>
    public void TransferCheckedWithFee(int source, int destination, int authority, ulong amount)
    {
        var mint = _world.Mints[_accounts[source].Mint];
        Open(mint.Program);
        With(source, Use.Write).With(mint.Account).With(destination, Use.Write).With(authority, Use.Sign);
        U8(26).U8(1).U64(amount).U8(mint.Decimals).U64(mint.TransferFeeOf(amount));
        Log("TransferFeeInstruction: TransferCheckedWithFee"u8);
        MoveTokens(mint, source, destination, amount);
        Close(2_911);
    }

    /// <summary>Token program: creates tokens.</summary>
    public void MintTo(int mintNumber, int destination, int authority, ulong amount)
    {
        var mint = _world.Mints[mintNumber];
        Open(mint.Program);
        With(mint.Account, Use.Write).With(destination, Use.Write).With(authority).U8(7).U64(amount);
        Log("Instruction: MintTo"u8);
        _accounts[destination].Amount += amount;
        Close(4_492);
    }

    /// <summary>Token program: destroys tokens.</summary>
    public void Burn(int source, int authority, ulong amount)
    {
        var mint = _world.Mints[_accounts[source].Mint];
        Open(mint.Program);
        With(source, Use.Write).With(mint.Account, Use.Write).With(authority).U8(8).U64(amount);
        Log("Instruction: Burn"u8);
        _accounts[source].Amount -= amount;
        Close(4_616);
    }

    /// <summary>Makes the token amount of a wrapped SOL account equal to its lamports above rent.</summary>
    public void SyncNative(int account)
    {
        Open(_world.Programs.Token);
        With(account, Use.Write).U8(17);
        Log("Instruction: SyncNative"u8);
        ref var wrapped = ref _accounts[account];
        wrapped.Amount = wrapped.Lamports - _world.Mints[0].AccountRent;
        Close(3_045);
    }

    /// <summary>Closes a token account; its lamports, and with wrapped SOL all that is in it, go to the owner.</summary>
    public void CloseAccount(int account, int owner)
    {
        var mint = _world.Mints[_accounts[account].Mint];
        Open(mint.Program);
        With(account, Use.Write).With(owner, Use.Write).With(owner, Use.Sign).U8(9);
        Log("Instruction: CloseAccount"u8);
        ref var closed = ref _accounts[account];
        MoveLamports(account, owner, closed.Lamports);
        closed.Amount = 0;
        closed.IsOpen = false;
        Close(2_915);
    }

    /// <summary>Creates the owner's associated token account if it does not exist; the payer pays its rent.</summary>
    public void CreateTokenAccount(int payer, int account)
    {
        var owner = _accounts[account].Owner;
        var mint = _world.Mints[_accounts[account].Mint];
        var programs = _world.Programs;
        Open(programs.AssociatedToken, 2_700);
        With(payer, Use.Write | Use.Sign).With(account, Use.Write).With(owner).With(mint.Account);
        With(programs.System).With(mint.Program).U8(1);
        Log("CreateIdempotent"u8);
        if (_accounts[account].IsOpen)
        {
            Close(1_639);
            return;
        }

        Open(mint.Program);
        With(mint.Account).U8(21).U16(7);
        Log("Instruction: GetAccountDataSize"u8);
        Return([(byte)mint.AccountSize, 0, 0, 0, 0, 0, 0, 0]);
        Close(1_569);
        Open(programs.System);
        With(payer, Use.Write | Use.Sign).With(account, Use.Write).U32(0).U64(mint.AccountRent).U64((ulong)mint.AccountSize);
        KeyOf(mint.Program);
        MoveLamports(payer, account, mint.AccountRent);
        Close(150);
        Log("Initialize the associated token account"u8);
        Open(mint.Program);
        With(account, Use.Write).U8(22);
        Log("Instruction: InitializeImmutableOwner"u8);
        if (!mint.IsToken2022) { Log("Please upgrade to SPL Token 2022 for immutable owner support"u8); }
        Close(1_405);
        Open(mint.Program);
        With(account, Use.Write).With(mint.Account).U8(18).KeyOf(owner);
        Log("Instruction: InitializeAccount3"u8);
        _accounts[account].IsOpen = true;
        Close(mint.IsNative ? 3_158UL : 4_188UL);
        Close(4_882);
    }

    /// <summary>Creates a token account that is nobody's associated one, by an address derived from the payer's and a seed.</summary>
    public void CreateSeededTokenAccount(int payer, int account)
    {
        var (owner, mint) = (_accounts[account].Owner, _world.Mints[_accounts[account].Mint]);
        Open(_world.Programs.System);
        With(payer, Use.Write | Use.Sign).With(account, Use.Write).U32(3).KeyOf(payer).U64(8).U64((ulong)account).U64(mint.AccountRent);
        U64((ulong)mint.AccountSize).KeyOf(mint.Program);
        MoveLamports(payer, account, mint.AccountRent);
        Close(150);
        Open(mint.Program);
        With(account, Use.Write).With(mint.Account).U8(18).KeyOf(owner);
        Log("Instruction: InitializeAccount3"u8);
        _accounts[account].IsOpen = true;
        Close(4_188);
    }

    /// <summary>Token program: the account, with all that it holds, gets another owner.</summary>
    public void SetOwner(int account, int from, int to)
    {
        var mint = _world.Mints[_accounts[account].Mint];
        Open(mint.Program);
        With(account, Use.Write).With(from, Use.Sign).U8(6).U8(2).U8(1).KeyOf(to);
        Log("Instruction: SetAuthority"u8);
        _accounts[account].Owner = to;
        Close(2_884);
    }

    /// <summary>An event that a program emits by calling itself: an inner instruction with the payload as data.</summary>
    public void EmitByCall(int program, int authority, ulong units)
    {
        Open(program);
        With(authority).Tag(EventTag).Bytes(Event.Written);
        Close(units);
    }

    /// <summary>An event that stands in the log only.</summary>
    public void EmitToLog() => LogBytes("Program data: "u8, Event.Written);

    /// <summary>Moves lamports without an instruction, as a program does with accounts it owns.</summary>
    public void MoveLamports(int from, int to, ulong lamports)
    {
        Name(from, Use.Write);
        Name(to, Use.Write);
        _accounts[from].Lamports = checked(_accounts[from].Lamports - lamports);
        _accounts[to].Lamports += lamports;
    }

    private void MoveTokens(Mint mint, int source, int destination, ulong amount)
    {
        ref var from = ref _accounts[source];
        ref var to = ref _accounts[destination];
        from.Amount = checked(from.Amount - amount);
        to.Amount += amount - mint.TransferFeeOf(amount);
        if (!mint.IsNative) { return; }
        from.Lamports -= amount;
        to.Lamports += amount;
    }
}
