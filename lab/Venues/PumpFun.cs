using System.Buffers.Binary;
using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>pump.fun's bonding curve: native lamports against a new coin, priced on virtual reserves.</summary>
/// <remarks>
/// A buy moves lamports by System transfers; a sale debits the curve directly, with no instruction for it, so only the
/// event tells the amount. The pool's first token is the coin, its second SOL; the SOL "vault" is the curve account
/// itself. The source or destination of a trade on the SOL side is the trader's wallet. Fees: 95 bps protocol, 30 bps creator.
/// Source: pump-fun/pump-public-docs IDL pump; transaction 4XQZckrF... for the transfers' order.
/// </remarks>
internal sealed class PumpFun(World world) : Venue(world)
{
    /// <summary>SOL and coins that the curve adds to what it really holds.</summary>
    public const ulong VirtualSol = 30_000_000_000, VirtualCoins = 279_900_000_000_000;

    private const uint ProtocolBps = 95, CreatorBps = 30;
    private const int CreatorVault = 0, Creator = 1;

    private int _feeRecipient = -1;

    public override VenueKind Kind => VenueKind.PumpFun;

    public override int Program => World.Programs.PumpFun;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn) =>
        aToB ? Sale(pool, amountIn).Received : Purchase(pool, amountIn).Coins;

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        if (aToB)
        {
            var sale = Sale(pool, amountIn);
            Accounts[pool.VaultA].Amount += amountIn;
            Accounts[pool.Account].Lamports -= sale.Sol;
            return sale.Received;
        }

        var bought = Purchase(pool, amountIn);
        Accounts[pool.VaultA].Amount -= bought.Coins;
        Accounts[pool.Account].Lamports += bought.Sol;
        return bought.Coins;
    }

    public override (ulong A, ulong B) Reserves(Pool pool) =>
        (VirtualCoins + Accounts[pool.VaultA].Amount, VirtualSol + RealSol(pool));

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) => tx.U8(aToB ? (byte)98 : (byte)97);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        if (_feeRecipient < 0) { _feeRecipient = World.NewAccount(46_718_205_325_026); }
        var curve = World.NewAccount(1_231_920 + reserveB);
        return new Pool
        {
            Number = World.Pools.Count,
            Venue = this,
            Account = curve,
            MintA = a,
            MintB = b,
            VaultA = World.NewTokenAccount(a, curve, reserveA),
            VaultB = curve,
            Authority = curve,
            FeeBps = (ushort)(ProtocolBps + CreatorBps),
            Others = [World.NewAccount(5_000_000), World.NewAccount(1_000_000_000)],
        };
    }

    /// <summary>The call to the fee program that both pump programs make, with its answer in the log.</summary>
    public static void AskFees(TransactionBuilder tx, World world, int config, int caller, uint poolBps, uint protocolBps,
        uint creatorBps, ulong sol)
    {
        tx.Open(world.Programs.PumpFees);
        tx.With(config).With(caller).Tag(0xE7257E55CF5B3F34).U8(0).U128(0).U64(sol);
        tx.Log("Instruction: GetFees"u8);
        Span<byte> answer = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(answer, poolBps);
        BinaryPrimitives.WriteUInt64LittleEndian(answer[8..], protocolBps);
        BinaryPrimitives.WriteUInt64LittleEndian(answer[16..], creatorBps);
        tx.Return(answer);
        tx.Close(4_274);
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade) =>
        trade.AToB ? Sell(tx, pool, trade) : Buy(tx, pool, trade);

    private ulong Buy(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var programs = World.Programs;
        var bought = Purchase(pool, trade.AmountIn);
        tx.Open(Program, 18_000);
        tx.With(programs.PumpFunGlobal).With(_feeRecipient, Use.Write).With(pool.MintA.Account).With(pool.Account, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(trade.Destination, Use.Write).With(trade.User, Use.Write | Use.Sign);
        tx.With(programs.System);
        tx.With(pool.MintA.Program).With(pool.Others[CreatorVault], Use.Write).With(programs.PumpFunEvents).With(Program);
        tx.With(programs.PumpFunVolume, Use.Write).With(World.TraderAccount(trade.User), Use.Write);
        tx.With(programs.PumpFunFeeConfig).With(programs.PumpFees);
        tx.Tag(0x66063D1201DAEBEA).U64(bought.Coins).U64(trade.AmountIn + (trade.AmountIn / 50)).U8(1).Bool(true);
        tx.Log("Instruction: Buy"u8);
        AskFees(tx, World, programs.PumpFunFeeConfig, Program, 0, ProtocolBps, CreatorBps, bought.Sol);
        if (trade.Fails)
        {
            tx.LogAnchorError("TooMuchSolRequired"u8, 6002, "slippage: Too much SOL required to buy the given amount of tokens."u8);
            tx.Fail(6002);
            return 0;
        }

        tx.TransferChecked(pool.VaultA, trade.Destination, pool.Authority, bought.Coins);
        tx.SystemTransfer(trade.User, pool.Account, bought.Sol);
        tx.SystemTransfer(trade.User, pool.Others[CreatorVault], bought.Creator);
        tx.SystemTransfer(trade.User, _feeRecipient, bought.Protocol);
        Tell(tx, pool, trade.User, isBuy: true, bought.Sol, bought.Coins, bought.Protocol, bought.Creator);
        tx.Close(9_200);
        return bought.Coins;
    }

    private ulong Sell(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var programs = World.Programs;
        var sale = Sale(pool, trade.AmountIn);
        tx.Open(Program, 16_000);
        tx.With(programs.PumpFunGlobal).With(_feeRecipient, Use.Write).With(pool.MintA.Account).With(pool.Account, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(trade.Source, Use.Write).With(trade.User, Use.Write | Use.Sign);
        tx.With(programs.System);
        tx.With(pool.Others[CreatorVault], Use.Write).With(pool.MintA.Program).With(programs.PumpFunEvents).With(Program);
        tx.With(programs.PumpFunFeeConfig).With(programs.PumpFees);
        tx.Tag(0x33E685A4017F83AD).U64(trade.AmountIn).U64(trade.MinOut);
        tx.Log("Instruction: Sell"u8);
        AskFees(tx, World, programs.PumpFunFeeConfig, Program, 0, ProtocolBps, CreatorBps, sale.Sol);
        if (trade.Fails)
        {
            tx.LogAnchorError("TooLittleSolReceived"u8, 6003, "slippage: Too little SOL received to sell the given amount of tokens."u8);
            tx.Fail(6003);
            return 0;
        }

        tx.TransferChecked(trade.Source, pool.VaultA, trade.User, trade.AmountIn);
        tx.MoveLamports(pool.Account, trade.User, sale.Received);
        tx.MoveLamports(pool.Account, _feeRecipient, sale.Protocol);
        tx.MoveLamports(pool.Account, pool.Others[CreatorVault], sale.Creator);
        Tell(tx, pool, trade.User, isBuy: false, sale.Sol, trade.AmountIn, sale.Protocol, sale.Creator);
        tx.Close(8_700);
        return sale.Received;
    }

    private void Tell(TransactionBuilder tx, Pool pool, int user, bool isBuy, ulong sol, ulong coins, ulong protocol,
        ulong creator)
    {
        var realSol = RealSol(pool);
        var realCoins = Accounts[pool.VaultA].Amount;
        var e = tx.Event.Start(0xBDDB7FD34EE661EE).Key(pool.MintA.Account).U64(sol).U64(coins).Bool(isBuy).Key(user);
        e.U64((ulong)World.BlockTime);
        e.U64(VirtualSol + realSol).U64(VirtualCoins + realCoins).U64(realSol).U64(realCoins);
        e.Key(_feeRecipient).U64(ProtocolBps).U64(protocol).Key(pool.Others[Creator]).U64(CreatorBps).U64(creator);
        e.Bool(isBuy).Zeros(32).Text(isBuy ? "buy"u8 : "sell"u8);
        tx.EmitToLog();
        tx.EmitByCall(Program, World.Programs.PumpFunEvents, 2_003);
    }

    /// <summary>Lamports of the curve above its rent.</summary>
    private ulong RealSol(Pool pool) => Accounts[pool.Account].Lamports - 1_231_920;

    private (ulong Sol, ulong Protocol, ulong Creator, ulong Coins) Purchase(Pool pool, ulong spend)
    {
        var sol = (ulong)((UInt128)spend * 10_000 / (10_000 + ProtocolBps + CreatorBps));
        var protocol = Share(sol, ProtocolBps);
        while (sol > 0 && sol + protocol + Share(sol, CreatorBps) > spend) { sol--; }
        var creator = spend - sol - protocol;
        return (sol, protocol, creator, Product(VirtualSol + RealSol(pool), VirtualCoins + Accounts[pool.VaultA].Amount, sol));
    }

    private (ulong Sol, ulong Protocol, ulong Creator, ulong Received) Sale(Pool pool, ulong coins)
    {
        var (reserveCoins, reserveSol) = Reserves(pool);
        var sol = Math.Min(RealSol(pool), Product(reserveCoins, reserveSol, coins));
        var (protocol, creator) = (Share(sol, ProtocolBps), Share(sol, CreatorBps));
        return (sol, protocol, creator, sol > protocol + creator ? sol - protocol - creator : 0);
    }
}
