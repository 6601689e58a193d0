using System.CommandLine;
using System.CommandLine.Parsing;
using Sluice.Cli.Live;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Ingest.Yellowstone;

namespace Sluice.Cli.Roles.Ingest.Nodes;

/// <summary>The options of ingest that name nodes to follow.</summary>
internal sealed class NodeArguments
{
    private readonly Option<string[]> _rpc = EndpointOption.Create();
    private readonly Option<string[]> _ws = SocketOption.Create();
    private readonly Option<string[]> _grpc = GrpcOption.Create();
    private readonly Option<double> _validators = ValidatorsOption.Create();

    private readonly Option<ulong?> _from = new("--from")
    {
        Description = "First slot, with --rpc; what was written before is passed over. Default: behind the newest one that was written, or the newest one of the chain where none was.",
        HelpName = "SLOT",
    };

    private NodeArguments()
    {
    }

    public static NodeArguments AddTo(Command command)
    {
        var arguments = new NodeArguments();
        foreach (var option in arguments.Options()) { command.Options.Add(option); }
        return arguments;
    }

    /// <summary>The first of these options that was given; null where none was.</summary>
    public string? Given(CommandResult result) => Options().FirstOrDefault(o => result.GetResult(o) is { Implicit: false })?.Name;

    /// <summary>Whether nodes are named, here or in the environment.</summary>
    public bool NamesNodes(CommandResult result) => result.GetResult(_rpc) is not null || EndpointOption.HasDefault;

    /// <summary>What was given; null, and said on standard error, where an address is wrong.</summary>
    public NodeOptions? Read(ParseResult parsed)
    {
        if (!EndpointOption.TryRead(parsed.GetValue(_rpc), out var endpoints)) { return null; }
        if (!SocketOption.TryRead(parsed.GetValue(_ws), endpoints, out var sockets)) { return null; }
        if (!GrpcOption.TryRead(parsed.GetValue(_grpc), out var streams)) { return null; }
        return new NodeOptions(
            endpoints,
            [
                .. sockets.Select(s => NodeSockets.Of(s, Commitment.Finalized)),
                .. streams.Select(s => new YellowstonePush(s, new YellowstoneOptions { Commitment = Commitment.Finalized })),
            ],
            parsed.GetValue(_from),
            TimeSpan.FromMinutes(parsed.GetValue(_validators)));
    }

    private IEnumerable<Option> Options() => [_rpc, _ws, _grpc, _from, _validators];
}

/// <summary>Which nodes are followed, and how.</summary>
/// <param name="Endpoints">Nodes that are asked; at least one.</param>
/// <param name="Pushes">Sources that push finalized blocks.</param>
/// <param name="From">First slot; null goes on where the ledger ends.</param>
/// <param name="ValidatorsEvery">Time between two observations of validators; zero makes none.</param>
internal sealed record NodeOptions(IReadOnlyList<RpcEndpointAddress> Endpoints, IReadOnlyList<IBlockPush> Pushes, ulong? From, TimeSpan ValidatorsEvery);
