using Microsoft.Extensions.Hosting;

namespace Sluice.Api.Hosting;

/// <summary>Leaves signals to whoever hosts the api: the default would take SIGTERM and Ctrl-C, stop only the web server and let the process live on.</summary>
internal sealed class CallersLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
