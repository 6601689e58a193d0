using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sluice.Tests.Integration.Cli.Roles;

/// <summary>A role in a process of its own, with the address that it serves on.</summary>
internal sealed partial class RunningRole : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Task<string> _output;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly HttpClient _http = new() { Timeout = SluiceProcess.Patience };

    private RunningRole(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _reading = ReadErrorsAsync();
    }

    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts it on a free port and waits until it serves.</summary>
    public static Task<RunningRole> StartAsync(params string[] arguments) => StartPlainAsync([.. arguments, "--http", "127.0.0.1:0", "--verbose"]);

    /// <summary>Starts a command that serves by itself, and waits until it does.</summary>
    public static async Task<RunningRole> StartPlainAsync(params string[] arguments)
    {
        var role = new RunningRole(SluiceProcess.Start(arguments));
        try
        {
            await role._address.Task.WaitAsync(SluiceProcess.Patience);
        }
        catch
        {
            await role.DisposeAsync();
            throw;
        }

        return role;
    }

    /// <summary>Asks until the answer has the status, and gives it.</summary>
    public async Task<JsonElement> UntilAsync(string path, HttpStatusCode status)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var (answered, body) = await GetAsync(path);
            if (answered == status) { return JsonDocument.Parse(body).RootElement; }
            if (clock.Elapsed > SluiceProcess.Patience) { throw new TimeoutException($"{path} answers {answered}: {body}\n{Errors}"); }
            if (_process.HasExited) { throw new InvalidOperationException($"the role ended with {_process.ExitCode}: {Errors}"); }
            await Task.Delay(50);
        }
    }

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var reply = await _http.GetAsync(new Uri(await _address.Task, path));
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    /// <summary>Ends it without notice.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Ends it as a service manager does, and gives the exit code.</summary>
    public Task<int> EndAsync()
    {
        Assert.Equal(0, Kill(_process.Id, Terminate));
        return WaitAsync();
    }

    /// <summary>Waits for its end, and gives the exit code.</summary>
    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(SluiceProcess.Patience);
        await _process.WaitForExitAsync(limit.Token);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) { _process.Kill(); }
        await _process.WaitForExitAsync();
        await _reading;
        await _output;
        _process.Dispose();
        _http.Dispose();
    }

    private async Task ReadErrorsAsync()
    {
        const string Announcement = "Serving on ";
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            _errors.Enqueue(line);
            if (line.StartsWith(Announcement, StringComparison.Ordinal)) { _address.TrySetResult(new Uri(line[Announcement.Length..].Split([": ", " ("], StringSplitOptions.None)[0])); }
        }

        _address.TrySetException(new InvalidOperationException($"the role never served: {Errors}"));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
