using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Ingest.Archive;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Sources;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice pack PATH… --out FILE</c>: blocks into one compact archive that replays several times faster than JSON.</summary>
internal static class PackCommand
{
    private const string Extension = ".sluice";

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files, folders and globs, as for replay.", Arity = ArgumentArity.OneOrMore };
        var file = new Option<string>("--out") { Description = "Archive to write, ending in .sluice.", HelpName = "FILE", Required = true };
        var force = new Option<bool>("--force") { Description = "Replace the archive when it is there." };
        file.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string>() is { } name && !name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            {
                r.AddError($"--out takes a file that ends in {Extension}, so that replay finds it in a folder.");
            }
        });
        var command = new Command("pack", "Packs blocks into an archive that is smaller and replays faster.") { paths, file, force };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(
            parsed.GetRequiredValue(paths), parsed.GetRequiredValue(file), parsed.GetValue(force), cancel)));
        return command;
    }

    /// <summary>Writes beside the archive and renames at the end, so that a broken-off run leaves no archive that looks whole.</summary>
    private static int Run(string[] paths, string file, bool force, CancellationToken cancel)
    {
        if (File.Exists(file) && !force)
        {
            Fail.Print($"{file} is there already: name another file or use --force.");
            return ExitCode.Failed;
        }

        var part = file + ".part";
        var clock = Stopwatch.StartNew();
        var source = new FileSource(paths);
        var (blocks, leftOut, bytes) = (0L, 0L, 0L);
        long packed;
        try
        {
            using (var archive = ArchiveWriter.Create(part))
            {
                using var progress = new ProgressLine();
                var loader = new BlockLoader();
                var raw = new RawBlock();
                foreach (var item in source.Read(cancel))
                {
                    using (item)
                    {
                        cancel.ThrowIfCancellationRequested();
                        bytes += item.Bytes.Length;
                        var result = loader.Load(item, raw);
                        foreach (ref readonly var rejection in raw.Rejections.Span)
                        {
                            leftOut++;
                            Fail.Print($"{item.Name}: slot {raw.Slot}, transaction {rejection.Transaction}: {rejection.Reason}");
                        }

                        if (result.IsRead)
                        {
                            archive.Add(raw);
                            blocks++;
                        }
                        else if (result.Status != ReadStatus.SkippedSlot)
                        {
                            leftOut++;
                            Fail.Print($"{item.Name}: {result.Message}");
                        }
                    }

                    progress.Show(source.Progress.DoneBytes, source.Progress.TotalBytes, $"{Human.Count(blocks)} blocks · {Human.Bytes(archive.Length)}");
                }

                archive.Close();
                packed = archive.Length;
            }

            if (blocks == 0)
            {
                Fail.Print("nothing was packed: no block could be read.");
                return ExitCode.Failed;
            }

            File.Move(part, file, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{file}: {blocks:N0} blocks, {Human.Bytes(packed)} from {Human.Bytes(bytes)} ({(double)packed / bytes * 100:0.0} %), {clock.Elapsed.TotalSeconds:0.0} s"));
        return leftOut == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
