using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Api.Filters;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Feed;

/// <summary>What a reader asks for, in the URL or in a message.</summary>
/// <param name="Filter">What it wants to be told.</param>
/// <param name="Snapshot">Events of the snapshot, at most.</param>
/// <param name="Since">The event that it has read last; null for a reader that is new.</param>
internal sealed record FeedRequest(FeedFilter Filter, int Snapshot, FeedPosition? Since)
{
    /// <summary>Largest number of events of a snapshot.</summary>
    public const int MaxSnapshot = 10_000;

    /// <summary>Values of one parameter, at most.</summary>
    private const int MaxValues = 64;

    private const string Many = " Several, separated by commas: any of them.";

    private static readonly ApiParameter Channel = new(
        "channel", "Channels, separated by commas; every one that has the fields of the other parameters when left out. none: nothing yet.", "arbitrages,sandwiches")
    {
        Pattern = $"^(none|({string.Join('|', FeedChannel.All.Select(c => c.Name))})(,({string.Join('|', FeedChannel.All.Select(c => c.Name))}))*)$",
    };

    private static readonly ApiParameter Class = new("class", "Class of the finding." + Many, "cyclic");

    private static readonly ApiParameter Leader = new(
        "leader", "Identity that produced the block, base58." + Many, "5y5jCvdD6uTPjWbQtLj8ABQ56jCor2SxURidAqGSyviw");

    private static readonly ApiParameter SnapshotSize = new("snapshot", "Newest events to begin with, at most; 0 for none.", "100", "integer")
    {
        Format = "int32",
        Minimum = 0,
        Maximum = MaxSnapshot,
        Default = 100,
    };

    private static readonly ApiParameter SinceEvent = new(
        "since", "Position of the last event that was read, stream.seq: what came after it follows, where the feed still has it, and else a snapshot.", "5d1f0c2ab9e4.1234");

    /// <summary>The parameters of the feed.</summary>
    public static readonly ParameterSet Parameters = new(
        Channel, OfList(ApiParameters.Pool), OfList(ApiParameters.Signer), OfList(ApiParameters.Victim), OfList(ApiParameters.Mint), Leader, Class,
        ApiParameters.MinNetLamports, SnapshotSize, SinceEvent);

    /// <summary>Reads parameters.</summary>
    /// <param name="given">Values by name; those of a list are separate.</param>
    /// <param name="options">Defaults.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="problem">What is wrong, and what is allowed.</param>
    public static bool TryRead(
        IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> given, FeedOptions options,
        [NotNullWhen(true)] out FeedRequest? request, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        var reading = new Reading();
        var snapshot = options.Snapshot;
        FeedPosition? since = null;
        foreach (var (name, values) in given)
        {
            if (values.Count is 0 or > MaxValues || values.Any(v => v.Length == 0)) { reading.Refuse(name, string.Join(',', values), $"left out, or have 1 to {MaxValues} values"); }
            else if (name == "snapshot")
            {
                if (values.Count != 1 || !int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out snapshot) || snapshot > MaxSnapshot) { reading.Refuse(name, values[0], $"0 to {MaxSnapshot}"); }
            }
            else if (name == "since")
            {
                if (values.Count == 1 && FeedPosition.TryParse(values[0], out var position)) { since = position; }
                else { reading.Refuse(name, values[0], "a position, stream.seq, of the hello and the seq of an event, such as 5d1f0c2ab9e4.1234"); }
            }
            else
            {
                reading.Take(name, values);
            }
        }

        var filter = reading.Filter();
        problem = reading.Problem;
        request = problem is null ? new FeedRequest(filter, snapshot, since) : null;
        return problem is null;
    }

    /// <summary>Reads the parameters of a URL.</summary>
    public static bool TryRead(IQueryCollection query, FeedOptions options, [NotNullWhen(true)] out FeedRequest? request, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        request = null;
        var repeated = query.FirstOrDefault(p => p.Value.Count > 1).Key;
        if (repeated is not null)
        {
            problem = Problems.RepeatedParameter(repeated);
            return false;
        }

        return TryRead(query.Select(p => KeyValuePair.Create(p.Key, (IReadOnlyList<string>)(p.Value.ToString() is { Length: > 0 } text ? text.Split(',') : []))), options, out request, out problem);
    }

    private static ApiParameter OfList(ApiParameter one) => one with { Description = one.Description + Many, Pattern = null };

    /// <summary>Parameters as they are read; the first that is wrong stands in <see cref="Problem"/>.</summary>
    private sealed class Reading
    {
        private readonly Dictionary<string, Pubkey[]> _keys = [];
        private IReadOnlyList<FeedChannel>? _channels;
        private string[] _classes = [];
        private Int128? _minNet;
        private FeedFields _fields;

        public ProblemHttpResult? Problem { get; private set; }

        public void Refuse(string name, string value, string expected) => Problem ??= Problems.InvalidParameter(name, value, expected);

        public void Take(string name, IReadOnlyList<string> values)
        {
            switch (name)
            {
                case "channel":
                    _channels = values is ["none"] ? [] : [.. values.Select(Named).OfType<FeedChannel>().Distinct()];
                    break;
                case "class":
                    _classes = [.. values];
                    _fields |= FeedFields.Class;
                    break;
                case "min_net_lamports":
                    if (values.Count == 1 && values[0].Length <= 38 && Int128.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var net)) { _minNet = net; }
                    else { Refuse(name, values[0], "a whole number of lamports, 0 or more"); }
                    _fields |= FeedFields.NetLamports;
                    break;
                case "pool": Keys(name, values, FeedFields.Pool); break;
                case "signer": Keys(name, values, FeedFields.Signer); break;
                case "victim": Keys(name, values, FeedFields.Victim); break;
                case "mint": Keys(name, values, FeedFields.Mint); break;
                case "leader": Keys(name, values, FeedFields.Leader); break;
                default: Problem ??= Problems.UnknownParameter(name, Parameters.Names); break;
            }
        }

        /// <summary>What was read, when it fits together.</summary>
        public FeedFilter Filter()
        {
            foreach (var channel in _channels ?? [])
            {
                var lacking = _fields & ~channel.Fields;
                if (lacking == FeedFields.None) { continue; }
                var can = FeedChannel.All.Where(c => (lacking & ~c.Fields) == FeedFields.None).Select(c => c.Name);
                Refuse("channel", channel.Name, $"a channel that has what the other parameters name ({string.Join(", ", can)}); subscribe to the others separately");
            }

            var channels = _channels ?? [.. FeedChannel.All.Where(c => (_fields & ~c.Fields) == FeedFields.None)];
            var classes = channels.SelectMany(c => c.Classes).Distinct().ToArray();
            if (_classes.FirstOrDefault(c => !classes.Contains(c)) is { } unknown) { Refuse("class", unknown, "one of " + string.Join(", ", classes)); }
            return new FeedFilter
            {
                Channels = channels,
                Pools = _keys.GetValueOrDefault("pool", []),
                Signers = _keys.GetValueOrDefault("signer", []),
                Victims = _keys.GetValueOrDefault("victim", []),
                Mints = _keys.GetValueOrDefault("mint", []),
                Leaders = _keys.GetValueOrDefault("leader", []),
                Classes = _classes,
                MinNetLamports = _minNet,
            };
        }

        private FeedChannel? Named(string name)
        {
            var channel = FeedChannel.Find(name);
            if (channel is null) { Refuse("channel", name, $"none, or of {string.Join(", ", FeedChannel.All)}"); }
            return channel;
        }

        private void Keys(string name, IReadOnlyList<string> values, FeedFields field)
        {
            var keys = new Pubkey[values.Count];
            for (var i = 0; i < keys.Length; i++)
            {
                if (!Pubkey.TryParse(values[i], out keys[i])) { Refuse(name, values[i], "an account's address: 32 bytes in base58, 32 to 44 characters"); }
            }

            _keys[name] = keys;
            _fields |= field;
        }
    }
}
