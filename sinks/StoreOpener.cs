using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Sinks.Cluster;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Http;

namespace Sluice.Sinks;

/// <summary>Which store, and how it is to be opened.</summary>
/// <param name="Address">A folder, or <c>http[s]://user@host[:port][,host2…]/database[?setting=value]</c>.</param>
public sealed record StoreSelection(string Address)
{
    /// <summary>Password for a server whose address has none.</summary>
    public string? Password { get; init; }

    /// <summary>Name of the cluster on which a server's tables are replicated and distributed; null for a server alone.</summary>
    public string? Cluster { get; init; }

    /// <summary>When true, a store that is not there is an error; otherwise it is made.</summary>
    public bool MustExist { get; init; }

    /// <summary>True for a server, false for a folder.</summary>
    public bool IsServer => HttpStoreAddress.IsAddress(Address);

    /// <summary>The address as it may be shown: without a password.</summary>
    public string Shown => IsServer ? HttpStoreAddress.Parse(Address).ToString() : Address;
}

/// <summary>Opens a store: the embedded engine for a folder, the HTTP client for a server's address.</summary>
public static partial class StoreOpener
{
    /// <summary>First version with everything that the tables and questions here use: lightweight DELETE, and FINAL as a setting.</summary>
    public static readonly Version OldestServer = new(23, 3);

    /// <summary>Says what is wrong with a selection, before anything is opened; null when nothing is.</summary>
    public static string? Check(StoreSelection selection)
    {
        if (selection.Cluster is { } cluster)
        {
            if (!selection.IsServer) { return "a cluster needs a server: --store http://user@host:8123/database."; }
            if (!ClusterName().IsMatch(cluster)) { return $"'{cluster}' is not the name of a cluster: letters, digits, '_', '-' and '.'."; }
        }

        try
        {
            if (selection.IsServer) { HttpStoreAddress.Parse(selection.Address); }
            return selection.Address.Length == 0 ? "the store is missing: name a folder or an address." : null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }

    /// <summary>Opens a store, or throws <see cref="StoreException"/> or <see cref="ClickHouseException"/> with one line that says what to do.</summary>
    public static async Task<IClickHouse> OpenAsync(StoreSelection selection, TimeProvider? time = null, CancellationToken ct = default)
    {
        if (Check(selection) is { } wrong) { throw new StoreException(wrong); }
        if (!selection.IsServer)
        {
            return await EmbeddedClickHouse.OpenAsync(
                new EmbeddedOptions { Path = selection.Address, MustExist = selection.MustExist }, time, ct).ConfigureAwait(false);
        }

        var options = new HttpClickHouseOptions { Address = HttpStoreAddress.Parse(selection.Address, selection.Password) };
        var store = new HttpClickHouse(options, time);
        try
        {
            await PrepareAsync(store, options.Address, selection, ct).ConfigureAwait(false);
            return selection.Cluster is { } cluster ? new ClusterClickHouse(store, cluster) : store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task PrepareAsync(HttpClickHouse store, HttpStoreAddress address, StoreSelection selection, CancellationToken ct)
    {
        var answer = await store.QueryOutsideAsync(new ClickHouseQuery("SELECT version()") { Format = "TSV" }, ct).ConfigureAwait(false);
        if (!IsNewEnough(answer.Text.Trim()))
        {
            throw new StoreException($"{address} is ClickHouse {answer.Text.Trim()}; {OldestServer} or newer is needed.");
        }

        var there = await store.QueryOutsideAsync(
            new ClickHouseQuery($"SELECT name FROM system.databases WHERE name = '{address.Database}'") { Format = "TSV" }, ct).ConfigureAwait(false);
        if (there.Rows > 0) { return; }
        if (selection.MustExist)
        {
            throw new StoreException($"{address}: there is no database {address.Database}, or user '{address.User}' may not see it.");
        }

        var on = selection.Cluster is { } cluster ? $" ON CLUSTER `{cluster}`" : "";
        try
        {
            await store.ExecuteOutsideAsync($"CREATE DATABASE IF NOT EXISTS `{address.Database}`{on}", ct).ConfigureAwait(false);
        }
        catch (ClickHouseException e) when (e.Code is 497 or ClickHouseException.ReadOnly) // ACCESS_DENIED
        {
            throw new StoreException(
                $"{address}: there is no database {address.Database}, and user '{address.User}' may not create it: have it created, or GRANT CREATE DATABASE ON {address.Database}.*. ({e.Message})",
                e);
        }
    }

    private static bool IsNewEnough(string version)
    {
        var parts = version.Split('.');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            && new Version(major, minor) >= OldestServer;
    }

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex ClusterName();
}
