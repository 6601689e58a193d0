using System.CommandLine;
using System.Runtime.InteropServices;
using Sluice.Cli.Commands;
using Sluice.Cli.Live;
using Sluice.Cli.Output;
using Sluice.Cli.Roles;
using Sluice.Cli.Roles.Ingest;
using Sluice.Cli.Roles.Listing;
using Sluice.Cli.Roles.Tail;

// Exit codes: 0 done, 1 failed or something was left out, 2 wrong arguments, 130 interrupted.
var root = new RootCommand("Streams Solana blocks into swaps and findings that anybody can query.")
{
    RunCommand.Create(),
    RecordCommand.Create(),
    ReplayCommand.Create(),
    SimulateCommand.Create(),
    EvaluateCommand.Create(),
    PackCommand.Create(),
    QueryCommand.Create(),
    ApiCommand.Create(),
    StatusCommand.Create(),
    IngestCommand.Create(),
    ProcessCommand.Create(),
    SinkCommand.Create(),
    TailCommand.Create(),
    TopicsCommand.Create(),
    DemoCommand.Create(),
    BenchCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Fail.Print($"{string.Join(" ", parsed.Errors.Select(e => e.Message))} See 'sluice {parsed.CommandResult.Command.Name} --help'."
        .Replace("sluice sluice", "sluice", StringComparison.Ordinal));
    return ExitCode.WrongArguments;
}

// The first Ctrl-C or SIGTERM ends cleanly; a second one ends at once.
using var interrupt = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndCleanly);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndCleanly);

try
{
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupt.Token);
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    return ExitCode.Interrupted;
}
catch (Exception e) when (Fail.IsExpected(e))
{
    Fail.Print(e.Message);
    return ExitCode.Failed;
}

void EndCleanly(PosixSignalContext signal)
{
    if (interrupt.IsCancellationRequested) { return; }
    signal.Cancel = true;
    interrupt.Cancel();
}
