using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>
/// PumpSwap: tokens that left pump.fun's curve, against wrapped SOL, with fees to the pool, the protocol and the coin's
/// creator.
/// </summary>
/// <remarks>
/// The pool's first token is the coin (base), its second wrapped SOL (quote). Selling and buying for an exact amount of SOL
/// are priced exactly; what remains of a rounding goes to the pool. The buy instruction that names the coins wanted is
/// <see cref="BuyExactOut"/>. Events come both in the log and as an inner instruction. Fees are constant here: 20 bps to the
/// pool, 5 to the protocol, 5 to the creator; the real ones follow the coin's market value. Source: pump-fun/pump-public-docs,
/// IDL pump_amm; transaction 5bvyp1no... of slot 376243586.
/// </remarks>
internal sealed class PumpSwap(World world) : Venue(world)
{
    private const uint PoolBps = 20, ProtocolBps = 5, CreatorBps = 5;
    private const int Recipient = 0, CreatorVault = 1, CreatorAuthority = 2, Creator = 3;

    private int _recipientAccount = -1;

    public override VenueKind Kind => VenueKind.PumpSwap;

    public override int Program => World.Programs.PumpSwap;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn) =>
        aToB ? SellOf(pool, amountIn).Received : Product(ReserveIn(pool, false), ReserveOut(pool, false), BuyOf(amountIn).Net);

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        if (aToB)
        {
            var sale = SellOf(pool, amountIn);
            Move(pool, true, amountIn, sale.Received + sale.Protocol + sale.Creator);
            return sale.Received;
        }

        var costs = BuyOf(amountIn);
        var coins = Product(ReserveIn(pool, false), ReserveOut(pool, false), costs.Net);
        Move(pool, false, costs.Net + costs.Pool, coins);
        return coins;
    }

    /// <summary>Only purchases fix what they buy.</summary>
    public override ulong ApplyExactOut(Pool pool, bool aToB, ulong amountOut)
    {
        if (aToB) { return base.ApplyExactOut(pool, aToB, amountOut); }
        var costs = CostsOf(pool, amountOut);
        Move(pool, false, costs.Net + costs.Pool, amountOut);
        return costs.Total;
    }

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) => tx.U8(aToB ? (byte)100 : (byte)99);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        if (_recipientAccount < 0)
        {
            _recipientAccount = World.NewTokenAccount(b, World.Programs.PumpSwapFeeRecipient, 1_181_355_288_490);
        }
        var account = World.NewAccount(2_978_880);
        var creatorAuthority = World.NewAccount();
        return new Pool
        {
            Number = World.Pools.Count,
            Venue = this,
            Account = account,
            MintA = a,
            MintB = b,
            VaultA = World.NewTokenAccount(a, account, reserveA),
            VaultB = World.NewTokenAccount(b, account, reserveB),
            Authority = account,
            FeeBps = (ushort)(PoolBps + ProtocolBps + CreatorBps),
            Others = [_recipientAccount, World.NewTokenAccount(b, creatorAuthority, 2_526_356), creatorAuthority,
                World.NewAccount(1_000_000_000)],
        };
    }

    /// <summary>
    /// Buys an exact amount of coins and returns the SOL that it took; the trade's amount is what may be spent.
    /// </summary>
    public ulong BuyExactOut(TransactionBuilder tx, Pool pool, in Trade trade, ulong coins)
    {
        var costs = CostsOf(pool, coins);
        var (held, reserves) = (Held(pool, trade), Reserves(pool));
        Buy(tx, pool, trade, coins, costs, exactOut: true);
        if (!tx.HasFailed) { Note(tx, pool, trade, held, reserves, new Replayed(AToB: false, coins, IsExactOut: true)); }
        return costs.Total;
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        if (trade.AToB) { return Sell(tx, pool, trade); }
        var costs = BuyOf(trade.AmountIn);
        var received = Product(ReserveIn(pool, false), ReserveOut(pool, false), costs.Net);
        Buy(tx, pool, trade, received, costs, exactOut: false);
        return received;
    }

    private void Buy(TransactionBuilder tx, Pool pool, in Trade trade, ulong coins, BuyCosts costs, bool exactOut)
    {
        var programs = World.Programs;
        tx.Open(Program, 62_000);
        WithCommon(tx, pool, trade.User, coinAccount: trade.Destination, solAccount: trade.Source);
        tx.With(programs.PumpSwapVolume, Use.Write).With(World.TraderAccount(trade.User), Use.Write);
        tx.With(programs.PumpSwapFeeConfig).With(programs.PumpFees);
        if (exactOut)
        {
            tx.Tag(0x66063D1201DAEBEA).U64(coins).U64(trade.AmountIn).Bool(true);
            tx.Log("Instruction: Buy"u8);
        }
        else
        {
            tx.Tag(0xC62E1552B4D9E870).U64(trade.AmountIn).U64(trade.MinOut).Bool(true);
            tx.Log("Instruction: BuyExactQuoteIn"u8);
        }

        PumpFun.AskFees(tx, World, programs.PumpSwapFeeConfig, Program, PoolBps, ProtocolBps, CreatorBps, costs.Net);
        if (trade.Fails)
        {
            tx.LogAnchorError("ExceededSlippage"u8, 6004, "slippage: exceeded"u8);
            tx.Fail(6004);
            return;
        }

        WriteEvent(tx, pool, trade, trade.Destination, trade.Source, isBuy: true, coins, costs.Net, costs, exactOut);
        tx.TransferChecked(pool.VaultA, trade.Destination, pool.Authority, coins);
        tx.TransferChecked(trade.Source, pool.VaultB, trade.User, costs.Net + costs.Pool);
        tx.TransferChecked(trade.Source, pool.Others[Recipient], trade.User, costs.Protocol);
        tx.TransferChecked(trade.Source, pool.Others[CreatorVault], trade.User, costs.Creator);
        tx.EmitToLog();
        tx.EmitByCall(Program, programs.PumpSwapEvents, 2_030);
        tx.Close(4_100);
    }

    private ulong Sell(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var programs = World.Programs;
        var sale = SellOf(pool, trade.AmountIn);
        tx.Open(Program, 55_000);
        WithCommon(tx, pool, trade.User, coinAccount: trade.Source, solAccount: trade.Destination);
        tx.With(programs.PumpSwapFeeConfig).With(programs.PumpFees);
        tx.Tag(0x33E685A4017F83AD).U64(trade.AmountIn).U64(trade.MinOut);
        tx.Log("Instruction: Sell"u8);
        PumpFun.AskFees(tx, World, programs.PumpSwapFeeConfig, Program, PoolBps, ProtocolBps, CreatorBps, sale.Gross);
        if (trade.Fails)
        {
            tx.LogAnchorError("ExceededSlippage"u8, 6004, "slippage: exceeded"u8);
            tx.Fail(6004);
            return 0;
        }

        var costs = new BuyCosts(sale.Gross, sale.Pool, sale.Protocol, sale.Creator);
        WriteEvent(tx, pool, trade, trade.Source, trade.Destination, isBuy: false, trade.AmountIn, sale.Gross, costs,
            exactOut: false);
        tx.TransferChecked(trade.Source, pool.VaultA, trade.User, trade.AmountIn);
        tx.TransferChecked(pool.VaultB, trade.Destination, pool.Authority, sale.Received);
        tx.TransferChecked(pool.VaultB, pool.Others[Recipient], pool.Authority, sale.Protocol);
        tx.TransferChecked(pool.VaultB, pool.Others[CreatorVault], pool.Authority, sale.Creator);
        tx.EmitToLog();
        tx.EmitByCall(Program, programs.PumpSwapEvents, 2_030);
        tx.Close(4_100);
        return sale.Received;
    }

    private void WithCommon(TransactionBuilder tx, Pool pool, int user, int coinAccount, int solAccount)
    {
        var programs = World.Programs;
        tx.With(pool.Account, Use.Write).With(user, Use.Write | Use.Sign).With(programs.PumpSwapGlobal);
        tx.With(pool.MintA.Account).With(pool.MintB.Account).With(coinAccount, Use.Write).With(solAccount, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(programs.PumpSwapFeeRecipient);
        tx.With(pool.Others[Recipient], Use.Write).With(pool.MintA.Program).With(pool.MintB.Program).With(programs.System);
        tx.With(programs.AssociatedToken).With(programs.PumpSwapEvents).With(Program);
        tx.With(pool.Others[CreatorVault], Use.Write).With(pool.Others[CreatorAuthority]);
    }

    private void WriteEvent(TransactionBuilder tx, Pool pool, in Trade trade, int coinAccount, int solAccount, bool isBuy,
        ulong coins, ulong sol, BuyCosts costs, bool exactOut)
    {
        var withPool = isBuy ? sol + costs.Pool : sol - costs.Pool;
        var user = isBuy ? costs.Total : sol - costs.Pool - costs.Protocol - costs.Creator;
        var e = tx.Event.Start(isBuy ? 0x67F4521F2CF57777UL : 0x3E2F370AA503DC2AUL).U64((ulong)World.BlockTime);
        e.U64(coins).U64(isBuy ? trade.AmountIn : trade.MinOut).U64(Accounts[coinAccount].Amount);
        e.U64(Accounts[solAccount].Amount);
        e.U64(Accounts[pool.VaultA].Amount).U64(Accounts[pool.VaultB].Amount).U64(sol);
        e.U64(PoolBps).U64(costs.Pool).U64(ProtocolBps).U64(costs.Protocol).U64(withPool).U64(user);
        e.Key(pool.Account).Key(trade.User).Key(coinAccount).Key(solAccount).Key(World.Programs.PumpSwapFeeRecipient);
        e.Key(pool.Others[Recipient]).Key(pool.Others[Creator]).U64(CreatorBps).U64(costs.Creator);
        if (isBuy) { e.Bool(true).Zeros(32).U64(trade.MinOut).Text(exactOut ? "buy"u8 : "buy_exact_quote_in"u8); }
    }

    private (ulong Gross, ulong Pool, ulong Protocol, ulong Creator, ulong Received) SellOf(Pool pool, ulong coins)
    {
        var gross = Product(ReserveIn(pool, true), ReserveOut(pool, true), coins);
        var (toPool, protocol, creator) = (Share(gross, PoolBps), Share(gross, ProtocolBps), Share(gross, CreatorBps));
        var costs = toPool + protocol + creator;
        return (gross, toPool, protocol, creator, gross > costs ? gross - costs : 0);
    }

    private BuyCosts CostsOf(Pool pool, ulong coins)
    {
        var (reserveBase, reserveQuote) = (ReserveOut(pool, false), ReserveIn(pool, false));
        var net = (ulong)((UInt128)reserveQuote * coins / (reserveBase - coins)) + 1;
        return new BuyCosts(net, Share(net, PoolBps), Share(net, ProtocolBps), Share(net, CreatorBps));
    }

    private static BuyCosts BuyOf(ulong spend)
    {
        // Three shares, each rounded up, may exceed what was set aside for them by as many units.
        var net = (ulong)((UInt128)spend * 10_000 / (10_000 + PoolBps + ProtocolBps + CreatorBps));
        var (toPool, protocol, creator) = (Share(net, PoolBps), Share(net, ProtocolBps), Share(net, CreatorBps));
        var over = net + toPool + protocol + creator;
        over = over > spend ? over - spend : 0;
        if (over >= net) { return new BuyCosts(0, spend, 0, 0); }
        net -= over;
        return new BuyCosts(net, spend - net - protocol - creator, protocol, creator);
    }

    private readonly record struct BuyCosts(ulong Net, ulong Pool, ulong Protocol, ulong Creator)
    {
        public ulong Total => Net + Pool + Protocol + Creator;
    }
}
