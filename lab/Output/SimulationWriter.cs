using System.Buffers;
using System.IO.Compression;

namespace Sluice.Lab.Output;

/// <summary>How blocks are laid into files.</summary>
public sealed class SimulationFiles
{
    /// <summary>
    /// Slots of one <c>blocks-FIRST-LAST.jsonl</c>, whose lines are <c>{"slot":…,"block":…}</c> with one line a block; 0 for a file
    /// <c>SLOT.json</c> a block, which holds the block alone.
    /// </summary>
    public int SlotsPerFile { get; init; } = 100;

    /// <summary>Whether block files are gzipped (and end in .gz). The truth never is.</summary>
    public bool Gzip { get; init; }
}

/// <summary>How far a run is.</summary>
/// <param name="Slots">Slots made, skipped ones included.</param>
/// <param name="SlotsWanted">Slots in the end.</param>
/// <param name="Transactions">Transactions written.</param>
/// <param name="Bytes">Bytes of JSON written, before compression.</param>
public readonly record struct SimulationProgress(int Slots, int SlotsWanted, ulong Transactions, ulong Bytes);

/// <summary>
/// Writes a run into a folder: blocks, <c>truth.ndjson</c> with one planted transaction a line, <c>totals.json</c>.
/// </summary>
/// <remarks>
/// Files get their names when they are whole; until then they end in <c>.part</c>, and what is left of one after a crash
/// or a cancelled run is not a block file. <c>totals.json</c> is written last.
/// </remarks>
public static class SimulationWriter
{
    private const int FileBuffer = 1 << 20, ProgressEvery = 16;

    /// <summary>
    /// Simulates and writes everything. The folder is made; files of an earlier run of the same names are replaced.
    /// </summary>
    /// <param name="folder">Output folder.</param>
    /// <param name="options">What to simulate.</param>
    /// <param name="files">How to lay it into files; null for the default.</param>
    /// <param name="progress">Told every few slots and in the end; may be null.</param>
    /// <param name="cancellation">Stops between two slots.</param>
    /// <returns>The totals of the run.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; finished files stay.</exception>
    public static RunTotals Write(
        string folder, SimulatorOptions options, SimulationFiles? files = null, IProgress<SimulationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        files ??= new SimulationFiles();
        ArgumentOutOfRangeException.ThrowIfNegative(files.SlotsPerFile);
        var simulator = new Simulator(options);
        Directory.CreateDirectory(folder);
        var block = new ArrayBufferWriter<byte>(8 << 20);
        var truthPath = Path.Combine(folder, "truth.ndjson");
        using (var blocks = new BlockFiles(folder, files))
        using (var truth = new TruthFile(truthPath + ".part"))
        {
            for (var made = 0; ; made++)
            {
                cancellation.ThrowIfCancellationRequested();
                block.ResetWrittenCount();
                if (!simulator.TryNextBlock(block, out var slot)) { break; }
                blocks.Add(slot, block.WrittenSpan);
                foreach (var entry in slot.Truth) { truth.Add(entry); }
                if ((made + 1) % ProgressEvery == 0) { Report(progress, simulator, options); }
            }

            blocks.Finish();
        }

        File.Move(truthPath + ".part", truthPath, overwrite: true);
        TotalsFile.Write(Path.Combine(folder, "totals.json"), options, simulator.Totals);
        Report(progress, simulator, options);
        return simulator.Totals;
    }

    private static void Report(IProgress<SimulationProgress>? progress, Simulator simulator, SimulatorOptions options) =>
        progress?.Report(new SimulationProgress(
            (int)simulator.Totals.Slots, options.Slots, simulator.Totals.Transactions, simulator.Totals.Bytes));

    /// <summary>The block files, one open at a time.</summary>
    private sealed class BlockFiles(string folder, SimulationFiles files) : IDisposable
    {
        private Stream? _stream;
        private string _path = "";
        private int _slots;

        public void Add(in SimulatedSlot slot, ReadOnlySpan<byte> json)
        {
            if (files.SlotsPerFile == 0)
            {
                if (slot.Skipped) { return; }
                Open($"{slot.Slot}.json");
                _stream!.Write(json);
                Finish();
                return;
            }

            if (_stream is null) { Open($"blocks-{slot.Slot}-{slot.Slot + (ulong)files.SlotsPerFile - 1}.jsonl"); }
            if (!slot.Skipped)
            {
                Span<byte> head = stackalloc byte[48];
                System.Text.Unicode.Utf8.TryWrite(head, $"{{\"slot\":{slot.Slot},\"block\":", out var written);
                _stream!.Write(head[..written]);
                _stream.Write(json);
                _stream.Write("}\n"u8);
            }

            if (++_slots == files.SlotsPerFile) { Finish(); }
        }

        /// <summary>Closes the open file and gives it its name.</summary>
        public void Finish()
        {
            if (_stream is null) { return; }
            _stream.Dispose();
            _stream = null;
            _slots = 0;
            File.Move(_path + ".part", _path, overwrite: true);
        }

        public void Dispose() => _stream?.Dispose();

        private void Open(string name)
        {
            _path = Path.Combine(folder, files.Gzip ? name + ".gz" : name);
            var file = new FileStream(_path + ".part", FileMode.Create, FileAccess.Write, FileShare.Read, FileBuffer);
            _stream = files.Gzip ? new GZipStream(file, CompressionLevel.Fastest) : file;
        }
    }
}
