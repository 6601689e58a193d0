using System.CommandLine;
using Sluice.Cli.Commands;
using Sluice.Cli.Output;

// Exit codes: 0 done, 1 failed or something was left out, 2 wrong arguments, 130 interrupted.
var root = new RootCommand("Streams Solana blocks into swaps and findings that anybody can query.")
{
    ReplayCommand.Create(),
    SimulateCommand.Create(),
    PackCommand.Create(),
    QueryCommand.Create(),
    ApiCommand.Create(),
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

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // The first Ctrl-C ends cleanly; a second one ends at once.
    if (interrupt.IsCancellationRequested) { return; }
    e.Cancel = true;
    interrupt.Cancel();
};

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
