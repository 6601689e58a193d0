using System.Globalization;
using System.Text.Json;
using Sluice.Ingest.Rpc;
using Sluice.Ingest.Validators;
using Sluice.Schemas.Chain;
using Sluice.Tests.Unit.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Ingest.Validators;

/// <summary>A node that tells of a few made validators; each method's result can be replaced.</summary>
internal sealed class MadeCluster
{
    private readonly FakeNodes _nodes;

    public MadeCluster(int validators = 2)
    {
        Count = validators;
        _nodes = new FakeNodes(Answer);
    }

    public ManualTime Time { get; } = new();

    public int Count { get; }

    public ulong Epoch { get; set; } = 7;

    public ulong Slot { get; set; } = 7_040;

    /// <summary>Results by method; <c>null</c> refuses it.</summary>
    public Dictionary<string, string?> Instead { get; } = [];

    /// <summary>Called at each request.</summary>
    public Action<FakeNodes.Request> Asked { get; set; } = _ => { };

    public int CountOf(string method) => _nodes.Asked.Count(r => r.Method == method);

    public IEnumerable<JsonElement> ParametersOf(string method) => _nodes.Asked.Where(r => r.Method == method).Select(r => r.Parameters);

    /// <summary>Observes by the clock of the test; requests need none.</summary>
    public ValidatorObserver Observer(Action<ObservedPart, RpcException>? refused = null)
    {
        var options = ValidatorObserver.OptionsFor(FakeNodes.Options(Time, "http://a").Endpoints) with { FirstPause = TimeSpan.FromMilliseconds(1), RequestTimeout = TimeSpan.FromHours(12), HedgeAfter = TimeSpan.FromHours(12) };
        return new ValidatorObserver(_nodes.Client(options), null, Time) { Refused = refused };
    }

    public static Pubkey Vote(int number) => Key((byte)1, number);

    public static Pubkey Identity(int number) => Key((byte)2, number);

    /// <summary>The data of a tip distribution account, as the program writes it.</summary>
    public static string TipData(int commissionBps, bool hasRoot)
    {
        var data = new byte[168];
        new byte[] { 85, 64, 113, 198, 234, 94, 120, 123 }.CopyTo(data, 0);
        data[72] = hasRoot ? (byte)1 : (byte)0;
        BitConverter.GetBytes((ushort)commissionBps).CopyTo(data, hasRoot ? 145 : 81);
        return Convert.ToBase64String(data);
    }

    public static string Account(string data, string owner = "4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7") =>
        $$"""{"lamports":5000000000,"owner":"{{owner}}","data":["{{data}}","base64"],"executable":false,"rentEpoch":0,"space":168}""";

    private static Pubkey Key(byte kind, int number)
    {
        var bytes = Enumerable.Repeat(kind, 32).ToArray();
        BitConverter.GetBytes(number).CopyTo(bytes, 0);
        return new Pubkey(bytes);
    }

    private FakeNodes.Answer Answer(FakeNodes.Request request)
    {
        Asked(request);
        if (!Instead.TryGetValue(request.Method, out var result)) { result = Result(request); }
        return result is null ? FakeNodes.Answer.Error(-32601, "Method not found") : FakeNodes.Answer.Result(result);
    }

    private string Result(FakeNodes.Request request)
    {
        var all = Enumerable.Range(0, Count);
        string Of(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        return request.Method switch
        {
            "getEpochInfo" => Of($$"""{"absoluteSlot":{{Slot}},"blockHeight":1,"epoch":{{Epoch}},"slotIndex":{{Slot - (Epoch * 1_000)}},"slotsInEpoch":1000,"transactionCount":null}"""),
            "getVoteAccounts" => Of($$"""{"current":[{{string.Join(',', all.Select(Voter))}}],"delinquent":[]}"""),
            "getLeaderSchedule" => Of($$"""{"{{Identity(0)}}":[4,5,6,7,40,41,42,43],"{{Identity(1)}}":[39,44]}"""),
            "getBlockProduction" => Of($$"""{"context":{"slot":{{Slot}}},"value":{"byIdentity":{"{{Identity(0)}}":[5,4]},"range":{"firstSlot":{{Epoch * 1_000}},"lastSlot":{{Slot}} } } }"""),
            "getClusterNodes" => Of($$"""[{"pubkey":"{{Identity(0)}}","version":"3.0.6","featureSet":3604001754,"gossip":"198.18.0.1:8001","tpu":"198.18.0.1:8003","tpuQuic":"198.18.0.1:8009","shredVersion":1}]"""),
            "getInflationReward" => "[" + string.Join(',', request.Parameters[0].EnumerateArray().Select(key => key.GetString() == Vote(0).ToString()
                ? """{"amount":2500,"commission":5,"effectiveSlot":7000,"epoch":6,"postBalance":9}""" : "null")) + "]",
            "getMultipleAccounts" => Of($$"""{"context":{"slot":1},"value":[{{string.Join(',', request.Parameters[0].EnumerateArray().Select(key =>
                key.GetString() == TipDistributionAccount.AddressOf(Vote(0), Epoch).ToString() ? Account(TipData(800, hasRoot: false)) : "null"))}}]}"""),
            _ => throw new InvalidOperationException(request.Method),
        };
    }

    private string Voter(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"activatedStake":{{1_000 + number}},"commission":5,"epochCredits":[[{{Epoch}},350,300],[{{Epoch - 1}},300,100]],"epochVoteAccount":true,"lastVote":{{Slot - 1}},"nodePubkey":"{{Identity(number)}}","rootSlot":{{Slot - 32}},"votePubkey":"{{Vote(number)}}","later":[1]}""");
}
