namespace Sluice.Cli.Output;

/// <summary>What the process says when it ends.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It failed, or something of the input was left out.</summary>
    public const int Failed = 1;

    public const int WrongArguments = 2;

    /// <summary>Ctrl-C; 128 + SIGINT as shells do.</summary>
    public const int Interrupted = 130;
}
