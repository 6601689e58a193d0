using System.Buffers;
using System.Text;
using Sluice.Lab.Chain;
using Sluice.Lab.Cluster;
using Sluice.Lab.Json;
using Sluice.Lab.Scenarios;

namespace Sluice.Lab;

/// <summary>Makes blocks of a simulated Solana, one after the other, with the truth about what was planted in them.</summary>
/// <remarks>
/// A block is the result object of <c>getBlock</c> in encoding "json" as an Agave node writes it: keys in alphabetical
/// order, no white space. Balances, fees, rewards and hashes are consistent within and across blocks. Not safe for
/// several threads; two simulators of the same options make the same bytes.
/// </remarks>
public sealed class Simulator
{
    /// <summary>Skipped slots before the first one of the simulation, as block height goes: mainnet's of November 2025.</summary>
    private const ulong HeightBelowSlot = 21_860_000;

    private readonly SimulatorOptions _options;
    private readonly World _world;
    private readonly Actors _actors;
    private readonly Prng _random;
    private readonly Stage _stage;
    private readonly ClusterState _cluster;
    private readonly LeaderSchedule _leaders;
    private readonly TipPayments _tips;
    private readonly VoteTraffic _votes;
    private readonly Traffic _traffic;
    private readonly Utf8Buffer _head = new(2_048);
    private readonly Utf8Buffer _epochRewards = new(2_048);
    private ulong _slot;
    private ulong _parentSlot;
    private ulong _height;
    private byte[] _previousHash;
    private int _made;

    /// <param name="options">What to make.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Simulator(SimulatorOptions options)
    {
        options.Check();
        _options = options;
        _random = new Prng(options.Seed, stream: 2);
        _world = new World(options.Seed);
        var genesis = new Genesis(_world, new Prng(options.Seed, stream: 3));
        genesis.Run();
        _actors = new Actors(_world, options.Users);
        _stage = new Stage(_world, _actors, options, _random, genesis.PumpSwap);
        _cluster = new ClusterState(_world, new ValidatorSet(_world, options.Seed, options.Cluster), options.Cluster, options.FirstSlot, _stage.Totals);
        _leaders = new LeaderSchedule(options.Seed, _cluster, options.SkippedPerMille);
        _tips = new TipPayments(_stage, _cluster, options.Cluster);
        _stage.LeaderOf = slot => _leaders.LeaderOf(slot).Identity;
        _votes = new VoteTraffic(_world);
        _traffic = new Traffic(_stage);
        _slot = options.FirstSlot;
        _parentSlot = options.FirstSlot - 1;
        _height = options.FirstSlot - HeightBelowSlot;
        _previousHash = NewHash();
        _stage.AddBlockhash(_previousHash);
    }

    /// <summary>Validators and epochs, for the node that serves this chain.</summary>
    internal ClusterState Cluster => _cluster;

    internal LeaderSchedule Leaders => _leaders;

    internal TipPayments Tips => _tips;

    internal World World => _world;

    internal SimulatorOptions Options => _options;

    /// <summary>What was made so far.</summary>
    public RunTotals Totals => _stage.Totals;

    /// <summary>Makes the next slot and writes its block, if it has one.</summary>
    /// <param name="output">Gets the block's JSON; nothing where the slot is skipped.</param>
    /// <param name="slot">What was made.</param>
    /// <returns>False when all slots have been made.</returns>
    public bool TryNextBlock(IBufferWriter<byte> output, out SimulatedSlot slot)
    {
        slot = default;
        if (_made == _options.Slots) { return false; }
        _made++;
        _world.Slot = _slot;
        _world.BlockTime = _options.FirstBlockTime + (long)((_slot - _options.FirstSlot) * 2 / 5);
        _stage.StartBlock();
        _stage.Totals.Slots++;
        var validator = _leaders.LeaderOf(_slot);
        var leader = validator.Identity;
        if (_leaders.IsSkipped(_slot))
        {
            _stage.Totals.SkippedSlots++;
            slot = new SimulatedSlot(_slot, true, _world.Accounts[leader].Key, 0, 0, _stage.Truth);
            _slot++;
            return true;
        }

        _epochRewards.Clear();
        var partitions = _cluster.StartBlock(_slot, _epochRewards);
        _tips.StartBlock(validator);
        FillBlock();
        _tips.EndBlock();
        var bytes = WriteBlock(output, leader, partitions);
        _stage.Totals.Bytes += (ulong)bytes;
        slot = new SimulatedSlot(_slot, false, _world.Accounts[leader].Key, bytes, _stage.TransactionCount, _stage.Truth);
        _parentSlot = _slot++;
        return true;
    }

    private void FillBlock()
    {
        _votes.StartBlock(_random);
        var votes = Math.Min(_cluster.Validators.Voters.Length, Around(_options.VotesPerBlock, 8));
        _traffic.PlanBlock(Around(_options.NonVotesPerBlock, 4));
        var voters = _cluster.Validators.Voters;
        var voter = _random.Below(voters.Length);
        while (votes > 0 || _traffic.Remaining > 0)
        {
            if (_random.Below(votes + _traffic.Remaining) >= votes)
            {
                _traffic.Next();
                continue;
            }

            if (_stage.TransactionCount > 0) { _stage.Body.Byte((byte)','); }
            _votes.Write(_stage.Body, _random, voters[voter], _stage.Blockhash(_random.Below(3)));
            _stage.CountVote();
            voter = (voter + 1) % voters.Length;
            votes--;
        }
    }

    private int WriteBlock(IBufferWriter<byte> output, int leader, int rewardPartitions)
    {
        var reward = (_stage.BaseFees / 2) + _stage.PriorityFees;
        ref var account = ref _world.Accounts[leader];
        account.Lamports += reward;
        _stage.Totals.LeaderRewardsLamports += reward;
        _cluster.Burn(_stage.BaseFees - (_stage.BaseFees / 2));
        var hash = NewHash();
        _head.Clear();
        _head.Raw("{\"blockHeight\":"u8);
        _head.Number(_height++);
        _head.Raw(",\"blockTime\":"u8);
        _head.Number((ulong)_world.BlockTime);
        _head.Raw(",\"blockhash\":\""u8);
        _head.Raw(hash);
        if (rewardPartitions > 0)
        {
            _head.Raw("\",\"numRewardPartitions\":"u8);
            _head.Number((ulong)rewardPartitions);
            _head.Raw(",\"parentSlot\":"u8);
        }
        else
        {
            _head.Raw("\",\"parentSlot\":"u8);
        }

        _head.Number(_parentSlot);
        _head.Raw(",\"previousBlockhash\":\""u8);
        _head.Raw(_previousHash);
        _head.Raw("\",\"rewards\":["u8);
        _head.Raw(_epochRewards.Written);
        _head.Raw("{\"commission\":null,\"lamports\":"u8);
        _head.Number(reward);
        _head.Raw(",\"postBalance\":"u8);
        _head.Number(account.Lamports);
        _head.Raw(",\"pubkey\":\""u8);
        _head.Raw(account.TextUtf8);
        _head.Raw("\",\"rewardType\":\"Fee\"}],\"transactions\":["u8);
        output.Write(_head.Written);
        output.Write(_stage.Body.Written);
        output.Write("]}"u8);
        _previousHash = hash;
        _stage.AddBlockhash(hash);
        return _head.Length + _stage.Body.Length + 2;
    }

    private byte[] NewHash() => Encoding.ASCII.GetBytes(_random.Key().ToString());

    /// <summary>A number that differs from the average by at most its <paramref name="part"/>th part.</summary>
    private int Around(int average, int part) => average - (average / part) + _random.Below((2 * (average / part)) + 1);
}
