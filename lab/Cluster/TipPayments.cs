using System.Buffers.Binary;
using System.Collections.Concurrent;
using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Cluster;

/// <summary>Jito's tip payment program: who gets the tips, and the transactions by which leaders change that.</summary>
/// <remarks>
/// A leader with a Jito client that is not the receiver yet begins its first block with a transaction that makes itself the
/// receiver. Each of its two instructions first pays out what the eight tip accounts hold above rent: the block builder's share, and the rest to the
/// <i>old</i> receiver. So tips of slots whose leader runs no Jito client go to the Jito leader before. The receiver is the leader's tip distribution account
/// of the epoch, made on first use. Source: jito-foundation/jito-programs, tip-payment and tip-distribution. Claims by stakers are not simulated.
/// </remarks>
internal sealed class TipPayments
{
    /// <summary>Rent of a tip account (8 bytes).</summary>
    public const ulong TipAccountRent = 946_560;

    private const ulong ChangeTipReceiver = 0x456316470BE7568F, ChangeBlockBuilder = 0x86502689A515727B;
    private const ulong InitializeDistribution = 0x78BF19B66F31B337;

    /// <summary>Epochs after which a tip distribution account may be closed.</summary>
    private const ulong ValidEpochs = 10;

    private readonly Stage _stage;
    private readonly ClusterState _cluster;
    private readonly ulong _builderPercent;
    private readonly ConcurrentDictionary<Pubkey, TipDistribution> _byKey = [];
    private readonly Dictionary<(int Validator, ulong Epoch), TipDistribution> _distributions = [];
    private readonly int _authority;
    private readonly int _distributionConfig;
    private readonly int _builder;
    private int _receiver;

    public TipPayments(Stage stage, ClusterState cluster, ClusterOptions options)
    {
        _stage = stage;
        _cluster = cluster;
        _builderPercent = (ulong)options.BlockBuilderCommissionPercent;
        _authority = stage.World.NewAccount(1_000_000_000);
        _distributionConfig = stage.World.NewAccount(1_726_080);
        _builder = stage.World.NewAccount(5_000_000_000);
        // Before the simulation somebody else led: tips that nobody claimed since go there.
        _receiver = stage.World.NewAccount(TipDistribution.Rent);
    }

    /// <summary>Tip distribution accounts by address, for readers on other threads.</summary>
    public IReadOnlyDictionary<Pubkey, TipDistribution> Distributions => _byKey;

    /// <summary>Makes the leader the receiver of tips where it is not.</summary>
    public void StartBlock(Validator leader)
    {
        if (leader.MevCommissionBps is null) { return; }
        var distribution = DistributionOf(leader);
        if (distribution.Account == _receiver) { return; }
        Crank(leader, distribution);
    }

    /// <summary>Notes what the accounts hold now, when a block is done.</summary>
    public void EndBlock()
    {
        foreach (var distribution in _distributions.Values) { distribution.Lamports = _stage.Accounts[distribution.Account].Lamports; }
    }

    private TipDistribution DistributionOf(Validator leader)
    {
        if (_distributions.TryGetValue((leader.Number, _cluster.Epoch), out var known)) { return known; }
        if (_distributions.Count > 4 * _cluster.Validators.All.Length) { Forget(); }
        var (world, tx) = (_stage.World, _stage.Tx);
        var vote = world.Accounts[leader.VoteAccount].Key;
        var epoch = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(epoch, _cluster.Epoch);
        var program = world.Accounts[world.Programs.TipDistribution].Key;
        var (address, bump) = ProgramAddress.Find(program, "TIP_DISTRIBUTION_ACCOUNT"u8.ToArray(), vote.Bytes.ToArray(), epoch);
        var account = world.Accounts.Add(address, 0);
        var made = new TipDistribution(
            account, leader.Identity, vote, world.Accounts[_authority].Key, _cluster.Epoch, leader.MevCommissionBps!.Value, _cluster.Epoch + ValidEpochs, bump);
        tx.Begin(leader.Identity, default, versioned: false, usesTables: false);
        tx.Open(world.Programs.TipDistribution, 6_200);
        tx.With(_distributionConfig).With(account, Use.Write).With(leader.VoteAccount).With(leader.Identity, Use.Write | Use.Sign).With(world.Programs.System);
        tx.Tag(InitializeDistribution).KeyOf(_authority).U16(made.CommissionBps).U8(bump);
        tx.Log("Instruction: InitializeTipDistributionAccount"u8);
        tx.Open(world.Programs.System);
        tx.With(leader.Identity, Use.Write | Use.Sign).With(account, Use.Write | Use.Sign);
        tx.U32(0).U64(TipDistribution.Rent).U64(TipDistribution.Size).KeyOf(world.Programs.TipDistribution);
        tx.MoveLamports(leader.Identity, account, TipDistribution.Rent);
        tx.Close(150);
        tx.Close(4_300);
        _stage.Send();
        _distributions.Add((leader.Number, _cluster.Epoch), made);
        _byKey[address] = made;
        return made;
    }

    private void Crank(Validator leader, TipDistribution next)
    {
        var (programs, tx) = (_stage.World.Programs, _stage.Tx);
        tx.Begin(leader.Identity, default, versioned: false, usesTables: false);
        tx.Open(programs.TipPayment, 22_000);
        tx.With(programs.TipPaymentConfig, Use.Write).With(_receiver, Use.Write).With(next.Account, Use.Write).With(_builder, Use.Write);
        WithTipAccounts(leader);
        tx.Tag(ChangeTipReceiver);
        tx.Log("Instruction: ChangeTipReceiver"u8);
        PayOut();
        tx.Close(9_000);
        _receiver = next.Account;

        // The builder stays the same; the client sends both instructions all the same.
        tx.Open(programs.TipPayment, 22_000);
        tx.With(programs.TipPaymentConfig, Use.Write).With(_receiver, Use.Write).With(_builder, Use.Write).With(_builder, Use.Write);
        WithTipAccounts(leader);
        tx.Tag(ChangeBlockBuilder).U64(_builderPercent);
        tx.Log("Instruction: ChangeBlockBuilder"u8);
        tx.Close(9_000);
        _stage.Send();
    }

    private void WithTipAccounts(Validator leader)
    {
        foreach (var account in _stage.World.Programs.TipAccounts) { _stage.Tx.With(account, Use.Write); }
        _stage.Tx.With(leader.Identity, Use.Write | Use.Sign);
    }

    private void PayOut()
    {
        ulong total = 0;
        foreach (var account in _stage.World.Programs.TipAccounts) { total += _stage.Accounts[account].Lamports - TipAccountRent; }
        var toBuilder = total * _builderPercent / 100;
        var left = toBuilder;
        foreach (var account in _stage.World.Programs.TipAccounts)
        {
            var held = _stage.Accounts[account].Lamports - TipAccountRent;
            var first = Math.Min(held, left);
            left -= first;
            _stage.Tx.MoveLamports(account, _builder, first);
            _stage.Tx.MoveLamports(account, _receiver, held - first);
        }

        _stage.Totals.TipsToBuilderLamports += toBuilder;
        _stage.Totals.TipsToReceiversLamports += total - toBuilder;
    }

    /// <summary>Forgets accounts of epochs that ended long ago.</summary>
    private void Forget()
    {
        foreach (var (name, old) in _distributions.Where(d => d.Key.Epoch + 2 < _cluster.Epoch).ToArray())
        {
            _distributions.Remove(name);
            _byKey.TryRemove(_stage.Accounts[old.Account].Key, out _);
        }
    }
}
