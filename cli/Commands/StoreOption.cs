using System.CommandLine;
using Sluice.Sinks;

namespace Sluice.Cli.Commands;

/// <summary>The options that name the store, the same for every command.</summary>
internal static class StoreOption
{
    public const string DefaultPath = "./data";

    /// <summary>Environment variables: the store, a server's password, the cluster.</summary>
    public const string StoreVariable = "SLUICE_STORE", PasswordVariable = "SLUICE_STORE_PASSWORD", ClusterVariable = "SLUICE_CLUSTER";

    public static Option<string> Create()
    {
        var option = new Option<string>("--store")
        {
            Description = $"Folder of the store, or a ClickHouse server: http[s]://user@host:8123/database (password in {PasswordVariable}).",
            HelpName = "DIR|URL",
            DefaultValueFactory = _ => FromEnvironment(StoreVariable) ?? DefaultPath,
        };
        option.Validators.Add(r =>
        {
            if (StoreOpener.Check(new StoreSelection(r.GetValueOrDefault<string>() ?? "")) is { } wrong) { r.AddError($"--store: {wrong}"); }
        });
        return option;
    }

    public static Option<string?> CreateCluster() => new("--cluster")
    {
        Description = "Cluster on which a ClickHouse server's tables are replicated and distributed.",
        HelpName = "NAME",
        DefaultValueFactory = _ => FromEnvironment(ClusterVariable),
    };

    /// <summary>Opens a store and makes it when it is not there.</summary>
    public static Task<IClickHouse> OpenAsync(string store, string? cluster, CancellationToken cancel) =>
        StoreOpener.OpenAsync(Select(store, cluster, mustExist: false), ct: cancel);

    /// <summary>Opens a store that must be there, for commands that only ask.</summary>
    public static Task<IClickHouse> OpenExistingAsync(string store, string? cluster, CancellationToken cancel) =>
        StoreOpener.OpenAsync(Select(store, cluster, mustExist: true), ct: cancel);

    /// <summary>A store's address as it may be printed: without a password.</summary>
    public static string Shown(string store) => new StoreSelection(store).Shown;

    private static StoreSelection Select(string store, string? cluster, bool mustExist) => new(store)
    {
        // A cluster of the environment is meant for servers; one that is named for a folder is a mistake and said so.
        Cluster = !new StoreSelection(store).IsServer && cluster == FromEnvironment(ClusterVariable) ? null : cluster,
        Password = FromEnvironment(PasswordVariable),
        MustExist = mustExist,
    };

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
