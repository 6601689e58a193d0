using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Cli.Roles.Http;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Stores;

/// <summary><c>/stores</c> and <c>/stores/{topology}/{store}/{key}</c>: the kept state of this process.</summary>
/// <remarks>
/// A key is in one partition, and a partition in one process: one that is not here may be elsewhere, and the answer says which partitions are here. A
/// store does not answer while it is being restored.
/// </remarks>
internal sealed class StoreEndpoints
{
    /// <summary>A task answers between two batches; one that is connecting anew does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What runs; null until it does.</summary>
    public KafkaStreams? Streams { get; set; }

    /// <summary>Topologies that this process runs.</summary>
    public IReadOnlySet<string> Topologies { get; set; } = new HashSet<string>();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/stores", ListAsync);
        routes.MapGet("/stores/{topology}/{store}/{key}", FindAsync);
    }

    private Task ListAsync(HttpContext http) => RoleHost.WriteAsync(http, StatusCodes.Status200OK, json =>
    {
        json.WriteStartArray("stores");
        foreach (var store in QueryableStore.All.Where(s => Topologies.Contains(s.Topology)))
        {
            json.WriteStartObject();
            json.WriteString("topology", store.Topology);
            json.WriteString("store", store.Store);
            json.WriteString("key", store.KeyName);
            WritePartitions(json, (Streams?.Tasks ?? []).Where(t => t.Topology == store.Topology).Select(t => (t.Partition, t.State)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private async Task FindAsync(HttpContext http)
    {
        var (topology, name, key) = (Route(http, "topology"), Route(http, "store"), Route(http, "key"));
        if (QueryableStore.All.FirstOrDefault(s => s.Topology == topology && s.Store == name && Topologies.Contains(topology)) is not { } store)
        {
            await FailAsync(http, StatusCodes.Status404NotFound, "no_such_store", $"this process has no store {name} of a topology {topology}; see /stores").ConfigureAwait(false);
            return;
        }

        if (Streams is not { } streams)
        {
            await LaterAsync(http, "the process is starting").ConfigureAwait(false);
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(Patience);
        IReadOnlyList<StoreEntry> entries;
        try
        {
            if (store.FindAsync(streams, key, patience.Token) is not { } asking)
            {
                await FailAsync(http, StatusCodes.Status400BadRequest, "bad_key", $"'{key}' is no {store.KeyName}").ConfigureAwait(false);
                return;
            }

            entries = await asking.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            await LaterAsync(http, "the tasks do not answer: they are connecting to Kafka, or a batch takes long").ConfigureAwait(false);
            return;
        }

        if (entries.FirstOrDefault(e => e.Write is not null) is { Write: { } write } found)
        {
            await RoleHost.WriteAsync(http, StatusCodes.Status200OK, json =>
            {
                json.WriteString(store.KeyName, key);
                json.WriteNumber("partition", found.Partition);
                write(json);
            }).ConfigureAwait(false);
        }
        else if (entries.Any(e => e.State == KafkaTaskState.Restoring))
        {
            await LaterAsync(http, "state is being restored").ConfigureAwait(false);
        }
        else
        {
            await FailAsync(
                http, StatusCodes.Status404NotFound, "not_here", $"no entry for this {store.KeyName} in the partitions of this process",
                json => WritePartitions(json, entries.Select(e => (e.Partition, e.State)))).ConfigureAwait(false);
        }
    }

    private static Task LaterAsync(HttpContext http, string message)
    {
        http.Response.Headers.RetryAfter = "1";
        return FailAsync(http, StatusCodes.Status503ServiceUnavailable, "not_ready", message);
    }

    private static Task FailAsync(HttpContext http, int status, string error, string message, Action<Utf8JsonWriter>? more = null) =>
        RoleHost.WriteAsync(http, status, json =>
        {
            json.WriteString("error", error);
            json.WriteString("message", message);
            more?.Invoke(json);
        });

    private static void WritePartitions(Utf8JsonWriter json, IEnumerable<(int Partition, KafkaTaskState State)> partitions)
    {
        json.WriteStartArray("partitions");
        foreach (var (partition, state) in partitions.OrderBy(p => p.Partition))
        {
            json.WriteStartObject();
            json.WriteNumber("partition", partition);
            json.WriteString("state", state switch { KafkaTaskState.Running => "running", KafkaTaskState.Restoring => "restoring", _ => "standby" });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Route(HttpContext http, string name) => http.Request.RouteValues[name] as string ?? "";
}
