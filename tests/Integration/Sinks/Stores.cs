using System.Reflection;
using Sluice.Sinks;
using Sluice.Sinks.Cluster;
using Sluice.Sinks.Http;
using Sluice.Tests.Integration.Sinks.Http;
using Xunit.Sdk;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>What stands behind the port in a test.</summary>
public enum StoreKind
{
    /// <summary>The engine in the process.</summary>
    Embedded,

    /// <summary>The HTTP client; the engine behind ClickHouse's protocol answers it.</summary>
    Http,

    /// <summary>The engine with the tables of a cluster of one shard: Distributed ones over local ones, without replication.</summary>
    Distributed,

    /// <summary>The HTTP client and the server that <see cref="Stores.ServerVariable"/> names.</summary>
    Server,

    /// <summary>The same with replicated and distributed tables on the cluster that <see cref="Stores.ClusterVariable"/> names.</summary>
    Cluster,
}

/// <summary>Stores for one test. What it made on a server is dropped at its end.</summary>
internal sealed class Stores : IAsyncDisposable
{
    /// <summary>Names a current ClickHouse server, as in <c>http://user:password@host:8123</c>, on which the store's tests run too.</summary>
    public const string ServerVariable = "SLUICE_TEST_CLICKHOUSE";

    /// <summary>Names a cluster of that server.</summary>
    public const string ClusterVariable = "SLUICE_TEST_CLICKHOUSE_CLUSTER";

    private readonly string _databases = $"sluice_test_{Guid.NewGuid():N}_";
    private readonly HashSet<(StoreKind Kind, string Name)> _made = [];
    private EngineServer? _engine;

    public TemporaryFolder Folder { get; } = new();

    public static string? Server { get; } = Variable(ServerVariable);

    public static string? ClusterName { get; } = Variable(ClusterVariable);

    /// <summary>Opens a database, which is made when it is not there.</summary>
    public async Task<IClickHouse> OpenAsync(StoreKind kind, string database = "sluice")
    {
        switch (kind)
        {
            case StoreKind.Embedded:
                return await Folder.OpenAsync(database);
            case StoreKind.Http:
                _engine ??= await EngineServer.StartAsync(Folder.Sub("store"));
                return await StoreOpener.OpenAsync(new StoreSelection($"http://{_engine.Authority}/{database}"));
            case StoreKind.Distributed:
                return new ClusterClickHouse(await LoneCluster.OpenAsync(Folder, database), LoneCluster.Name);
            default:
                _made.Add((kind, _databases + database));
                return await StoreOpener.OpenAsync(new StoreSelection($"{Server!.TrimEnd('/')}/{_databases}{database}")
                {
                    Cluster = kind == StoreKind.Cluster ? ClusterName : null,
                });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (kind, name) in _made)
        {
            await using var server = new HttpClickHouse(new HttpClickHouseOptions { Address = HttpStoreAddress.Parse($"{Server!.TrimEnd('/')}/{name}") });
            await server.ExecuteOutsideAsync(
                $"DROP DATABASE IF EXISTS `{name}`{(kind == StoreKind.Cluster ? $" ON CLUSTER `{ClusterName}`" : "")} SYNC", CancellationToken.None);
        }

        if (_engine is not null) { await _engine.DisposeAsync(); }
        Folder.Dispose();
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>Runs a theory on every kind of store that is at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StoreKindsAttribute : DataAttribute
{
    /// <summary>True for tests whose statements have a form for clusters.</summary>
    public bool Clusters { get; init; }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        yield return [StoreKind.Embedded];
        yield return [StoreKind.Http];
        if (Clusters) { yield return [StoreKind.Distributed]; }
        if (Stores.Server is null) { yield break; }
        yield return [StoreKind.Server];
        if (Clusters && Stores.ClusterName is not null) { yield return [StoreKind.Cluster]; }
    }
}

[Collection(TestStore.Collection)]
public sealed class StoresTests
{
    [NamedServerFact]
    public async Task The_server_that_is_named_for_tests_can_be_a_store()
    {
        await using var stores = new Stores();
        await using var store = await stores.OpenAsync(StoreKind.Server);
        Assert.Equal(store.Database, await store.TextAsync("SELECT currentDatabase()"));
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NamedServerFactAttribute : FactAttribute
    {
        public NamedServerFactAttribute()
        {
            if (Stores.Server is null) { Skip = $"{Stores.ServerVariable} names no ClickHouse server: the store's tests run on the embedded engine only."; }
        }
    }
}
