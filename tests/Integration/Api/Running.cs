using Microsoft.AspNetCore.Builder;
using Sluice.Api;
using Sluice.Sinks;

namespace Sluice.Tests.Integration.Api;

/// <summary>A server on a port of its own, and somebody who asks it.</summary>
internal sealed class Running(WebApplication app, HttpClient client) : IAsyncDisposable
{
    public HttpClient Client => client;

    public static async Task<Running> StartAsync(IClickHouse store, ApiOptions? options = null, Action<WebApplicationBuilder>? configure = null, LiveServices? live = null)
    {
        var app = ApiHost.Build(options ?? ApiServer.Options, store, configure: configure, live: live);
        await app.StartAsync();
        return new Running(app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    /// <summary>Ends it as a process that is asked to end does.</summary>
    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
    }
}
