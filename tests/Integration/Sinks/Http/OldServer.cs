using System.Diagnostics;
using Sluice.Sinks.Http;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>Debian's ClickHouse server (18.16, of 2018) with a configuration and a folder of its own, on free ports of 127.0.0.1.</summary>
/// <remarks>Users: writer, reader (its profile has readonly = 1) and asker (readonly = 2); the password is the same.</remarks>
internal sealed class OldServer : IAsyncDisposable
{
    public const string Password = "s3cret-pw";

    /// <summary>Longer than anything takes on a busy machine: what it ends is stuck.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-clickhouse-").FullName;
    private Process? _process;

    public static string? Program { get; } = new[] { "/usr/sbin/clickhouse-server", "/usr/bin/clickhouse-server" }.FirstOrDefault(File.Exists);

    public int Port { get; } = FreePorts.One();

    public static async Task<OldServer> StartAsync()
    {
        var server = new OldServer();
        await server.RestartAsync();
        return server;
    }

    public async Task RestartAsync()
    {
        Kill();
        await File.WriteAllTextAsync(Path.Combine(_folder, "users.xml"), Users);
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.xml"), Configuration());
        var start = new ProcessStartInfo(Program!) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        start.ArgumentList.Add("--config-file=" + Path.Combine(_folder, "config.xml"));
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var client = new HttpClient();
        var began = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await client.GetStringAsync($"http://127.0.0.1:{Port}/ping") == "Ok.\n") { return; }
            }
            catch (HttpRequestException) when (began.Elapsed < Patience && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Ends the server at once, as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        if (_process is null) { return; }
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public HttpClickHouse Connect(string user = "writer", string password = Password, string query = "", string database = "default") =>
        Connect($"http://{user}@127.0.0.1:{Port}/{database}{query}", password);

    public static HttpClickHouse Connect(string address, string password = Password) => new(new HttpClickHouseOptions
    {
        Address = HttpStoreAddress.Parse(address, password),
        ConnectTimeout = Patience,
        KillTimeout = Patience,
        FirstSetAside = TimeSpan.FromMilliseconds(20),
    });

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private string Configuration() => $"""
        <yandex>
          <logger><level>error</level><log>{_folder}/server.log</log><errorlog>{_folder}/error.log</errorlog></logger>
          <http_port>{Port}</http_port><listen_host>127.0.0.1</listen_host>
          <path>{_folder}/data/</path><tmp_path>{_folder}/tmp/</tmp_path><users_config>users.xml</users_config>
          <default_profile>default</default_profile><default_database>default</default_database>
          <mark_cache_size>16777216</mark_cache_size><uncompressed_cache_size>0</uncompressed_cache_size>
          <max_concurrent_queries>50</max_concurrent_queries>
        </yandex>
        """;

    private static string Users { get; } = $"""
        <yandex>
          <profiles><default/><reading><readonly>1</readonly></reading><asking><readonly>2</readonly></asking></profiles>
          <quotas><default/></quotas>
          <users>{User("default", "default")}{User("writer", "default")}{User("reader", "reading")}{User("asker", "asking")}</users>
        </yandex>
        """;

    private static string User(string name, string profile) =>
        $"<{name}><password>{Password}</password><networks><ip>127.0.0.1</ip></networks><profile>{profile}</profile><quota>default</quota></{name}>";
}

/// <summary>A test on Debian's ClickHouse server; skipped, with the reason, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OldServerFactAttribute : FactAttribute
{
    public OldServerFactAttribute()
    {
        if (OldServer.Program is null) { Skip = "clickhouse-server is not installed: apt-get install clickhouse-server (Debian 12)."; }
    }
}
