using System.Net;
using Sluice.Lab;
using Sluice.Lab.Node;

namespace Sluice.Cli.Serve;

/// <summary>What <c>sluice simulate --serve</c> serves, where, and how fast.</summary>
internal sealed class ServeOptions
{
    /// <summary>Where HTTP is answered; port 0 lets the system choose one.</summary>
    public required IPEndPoint At { get; init; }

    /// <summary>Port of Yellowstone gRPC, without TLS; 0 lets the system choose one, null has none.</summary>
    public int? GrpcPort { get; init; }

    /// <summary>The chain. <see cref="SimulatorOptions.Slots"/> is how long it goes on.</summary>
    public required SimulatorOptions Simulation { get; init; }

    /// <summary>The node.</summary>
    public NodeOptions Node { get; init; } = new();

    /// <summary>Time of a slot.</summary>
    public TimeSpan SlotTime { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Is told of each slot that has been shown: the timestamp of the node's clock before it was, and how far the node is after it.</summary>
    public Action<long, NodeStatus>? Published { get; init; }

    /// <summary>Slots that are there before the first request, so that there is a finalized block.</summary>
    public int SlotsBefore { get; init; } = 40;
}
