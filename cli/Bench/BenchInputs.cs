using System.Buffers;
using System.IO.Compression;
using Sluice.Lab;

namespace Sluice.Cli.Bench;

/// <summary>Blocks to measure on.</summary>
/// <param name="Name">Name for the output.</param>
/// <param name="Blocks">getBlock results in JSON.</param>
/// <param name="FirstSlot">A slot with as many digits as the blocks' parents.</param>
internal sealed record BenchInput(string Name, IReadOnlyList<byte[]> Blocks, ulong FirstSlot)
{
    private const string RealBlock = "slot_254170887.base64.json.gz";

    /// <summary>A mainnet-shaped stream: 1,225 transactions a slot, votes among them.</summary>
    public static BenchInput Simulated(int blocks)
    {
        var options = new SimulatorOptions { Seed = 1, Slots = blocks, SkippedPerMille = 0 };
        var simulator = new Simulator(options);
        var made = new List<byte[]>();
        var buffer = new ArrayBufferWriter<byte>(4 << 20);
        while (simulator.TryNextBlock(buffer, out _))
        {
            made.Add(buffer.WrittenSpan.ToArray());
            buffer.ResetWrittenCount();
        }

        return new BenchInput("simulated mainnet-shaped stream", made, options.FirstSlot);
    }

    /// <summary>The real block of slot 254170887 (602 transactions, 158 of them votes), or null where the data is not present.</summary>
    public static BenchInput? Real(string? dataFolder)
    {
        var path = Path.Combine(dataFolder ?? Path.Combine("..", "shared", "data"), "solana", "blocks", RealBlock);
        if (!File.Exists(path)) { return null; }
        using var file = File.OpenRead(path);
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return new BenchInput("real block of slot 254170887, looped", [bytes.ToArray()], 254_170_887);
    }
}
