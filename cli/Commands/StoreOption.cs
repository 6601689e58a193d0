using System.CommandLine;
using Sluice.Sinks.Embedded;

namespace Sluice.Cli.Commands;

/// <summary>The option that names the store, the same for every command.</summary>
internal static class StoreOption
{
    public const string DefaultPath = "./data";

    public static Option<string> Create() => new("--store")
    {
        Description = "Folder of the store.",
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultPath,
    };

    /// <summary>Opens a store that must be there, for commands that only ask.</summary>
    public static Task<EmbeddedClickHouse> OpenExistingAsync(string path, CancellationToken cancel) =>
        EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = path, MustExist = true }, ct: cancel);
}
