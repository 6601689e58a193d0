using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Sluice.Tests.Unit.Deploy;

/// <summary>docker-compose.yml and the Dockerfile, as text: no engine runs where tests run.</summary>
public sealed partial class ComposeTests
{
    private static readonly string[] Roles = ["ingest", "process", "sink", "api"];

    private static readonly YamlNode Compose = DeployFiles.Documents(DeployFiles.Compose).Single();

    private static readonly Dictionary<string, YamlNode> Services = Compose.Entries("services").ToDictionary(s => s.Name, s => s.Value);

    [Fact]
    public void Every_YAML_file_parses() => Assert.All(DeployFiles.Yaml, file => Assert.NotEmpty(DeployFiles.Documents(file)));

    [Fact]
    public void Every_image_is_pinned()
    {
        var compose = Services.Values.Select(s => s.Text("image")!);
        var kubernetes = DeployFiles.Kubernetes.SelectMany(o => o.Object.All()).Where(n => n.Path.EndsWith("/image", StringComparison.Ordinal))
            .Select(n => ((YamlScalarNode)n.Node).Value!);
        var variables = Argument().Matches(File.ReadAllText(DeployFiles.Dockerfile)).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value);
        var docker = From().Matches(File.ReadAllText(DeployFiles.Dockerfile)).Select(m => variables.Aggregate(
            m.Groups["image"].Value, (image, v) => image.Replace($"${{{v.Key}}}", v.Value, StringComparison.Ordinal))).ToArray();
        Assert.Equal(2, docker.Length);
        Assert.All([.. compose, .. kubernetes, .. docker], image => Assert.Matches(@"^[a-z0-9./-]+:v?\d+(\.\d+)+[a-z0-9.-]*$", image));
    }

    [Fact]
    public void What_the_projects_of_the_image_need_is_copied_into_its_build()
    {
        var copied = Copy().Matches(File.ReadAllText(DeployFiles.Dockerfile)).SelectMany(m => m.Groups["what"].Value.Split(' ')).ToHashSet();
        var (open, seen) = (new Queue<string>(["cli/Sluice.Cli.csproj"]), new HashSet<string>());
        while (open.TryDequeue(out var project))
        {
            if (!seen.Add(project)) { continue; }
            Assert.Contains(project.Split('/')[0], copied);
            if (!project.EndsWith("proj", StringComparison.Ordinal)) { continue; }
            foreach (Match needed in Needed().Matches(File.ReadAllText(Path.Combine(RealData.RepositoryRoot, project))))
            {
                var path = Path.Combine(RealData.RepositoryRoot, Path.GetDirectoryName(project)!, needed.Groups["path"].Value);
                open.Enqueue(Path.GetRelativePath(RealData.RepositoryRoot, Path.GetFullPath(path)));
            }
        }

        Assert.True(seen.Count > 8, $"{seen.Count} projects");
        Assert.All(["Directory.Build.props", "Directory.Packages.props", "global.json"], file => Assert.Contains(file, copied));
    }

    [Fact]
    public void Each_role_is_a_service_without_rights()
    {
        foreach (var role in Roles.Select(r => Services[r]))
        {
            Assert.Equal("true", role.Text("read_only"));
            Assert.Equal(["ALL"], role.Items("cap_drop").Select(c => c.ToString()));
        }

        Assert.Matches(@"(?m)^USER \d+:\d+$", File.ReadAllText(DeployFiles.Dockerfile));
    }

    [Fact]
    public void Ports_are_bound_to_loopback_and_each_once_a_profile()
    {
        var ports = Services.SelectMany(s => s.Value.Items("ports").Select(p => (Profiles: s.Value.Items("profiles").Select(n => n.ToString()).ToArray(), Port: p.ToString()))).ToArray();
        Assert.All(ports, p => Assert.StartsWith("127.0.0.1:", p.Port));
        foreach (var profile in new[] { "one", "three" })
        {
            var bound = ports.Where(p => p.Profiles.Length == 0 || p.Profiles.Contains(profile)).Select(p => p.Port.Split(':')[1]).ToArray();
            Assert.Equal(bound.Distinct(), bound);
        }
    }

    [Fact]
    public void Every_service_has_a_health_check()
    {
        Assert.All(Services, s => Assert.True(s.Value.Items("healthcheck", "test").Any(), s.Key));
    }

    [Fact]
    public void Services_depend_on_services_that_are_there_and_brokers_only_where_their_profile_is_on()
    {
        foreach (var (name, service) in Services)
        {
            foreach (var (needed, how) in service.Entries("depends_on"))
            {
                Assert.Contains(needed, Services.Keys);
                if (Services[needed].Items("profiles").Any()) { Assert.True(how.Text("required") == "false", $"{name} needs {needed}, which not every profile has"); }
            }
        }
    }

    [Fact]
    public void Brokers_of_a_profile_are_voters_and_listen_where_they_say()
    {
        foreach (var (profile, count) in new[] { ("one", 1), ("three", 3) })
        {
            var brokers = Services.Where(s => s.Value.Items("profiles").Any(p => p.ToString() == profile)).Select(s => s.Value).ToArray();
            Assert.Equal(count, brokers.Length);
            foreach (var broker in brokers)
            {
                var host = broker.Text("hostname");
                var voters = broker.Text("environment", "KAFKA_CONTROLLER_QUORUM_VOTERS")!.Split(',');
                Assert.Equal(count, voters.Length);
                Assert.Contains($"{broker.Text("environment", "KAFKA_NODE_ID")}@{host}:9093", voters);
                Assert.Contains($"INTERNAL://{host}:9092", broker.Text("environment", "KAFKA_ADVERTISED_LISTENERS"));
                var external = broker.Items("ports").Single().ToString().Split(':');
                Assert.Contains($"EXTERNAL://127.0.0.1:{external[1]}", broker.Text("environment", "KAFKA_ADVERTISED_LISTENERS"));
                Assert.Contains($"EXTERNAL://:{external[2]}", broker.Text("environment", "KAFKA_LISTENERS"));
                Assert.Equal(count > 1 ? "2" : "1", broker.Text("environment", "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"));
            }
        }

        // Base64 of 16 bytes.
        Assert.Equal(16, Convert.FromBase64String(Services["kafka"].Text("environment", "CLUSTER_ID") + "==").Length);
    }

    [Fact]
    public void Every_variable_has_a_default_or_an_example()
    {
        var example = Setting().Matches(File.ReadAllText(Path.Combine(RealData.RepositoryRoot, ".env.example"))).Select(m => m.Groups["name"].Value).ToArray();
        var used = Variable().Matches(File.ReadAllText(DeployFiles.Compose)).Select(m => m.Groups["name"].Value).Distinct().ToArray();
        Assert.Equal(used.Order(StringComparer.Ordinal), example.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_secret_stands_in_the_files()
    {
        var secrets = Services.SelectMany(s => s.Value.Entries("environment")).Where(e => e.Name.Contains("PASSWORD", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, s => Assert.Matches(@"^\$\{[A-Z_]+:\?.+\}$", s.Value.ToString()));
        Assert.Contains(".env", File.ReadAllLines(Path.Combine(RealData.RepositoryRoot, ".gitignore")));
        Assert.Contains(".env", File.ReadAllLines(Path.Combine(RealData.RepositoryRoot, ".dockerignore")));
    }

    [Fact]
    public void Mounted_files_are_there()
    {
        var mounted = Services.SelectMany(s => s.Value.Items("volumes")).Select(v => v.ToString().Split(':')[0]).Where(v => v.StartsWith("./deploy", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(mounted);
        Assert.All(mounted, path => Assert.True(Path.Exists(Path.Combine(RealData.RepositoryRoot, path)), path));
    }

    [Fact]
    public void Addresses_between_services_name_ports_that_they_have()
    {
        var scraped = DeployFiles.Documents(Path.Combine(DeployFiles.Folder, "prometheus", "prometheus.yml")).Single().Items("scrape_configs").ToArray();
        Assert.Equal(Roles.Order(), scraped.Select(s => s.Text("job_name")!).Order());
        foreach (var job in scraped)
        {
            var role = Services[job.Text("job_name")!];
            var port = job.Items("dns_sd_configs").Select(d => d.Text("port")).FirstOrDefault()
                ?? job.Items("static_configs").SelectMany(c => c.Items("targets")).Single().ToString().Split(':')[1];
            Assert.Contains(role.Items("command").Select(a => a.ToString()), a => a == port || a.EndsWith(":" + port, StringComparison.Ordinal));
            Assert.Contains(":" + port, role.Items("healthcheck", "test").Last().ToString());
        }

        Assert.Contains(
            Services["sink"].Text("environment", "SLUICE_STORE")!.Split('/').Last(), Services["clickhouse"].Text("environment", "CLICKHOUSE_DB"));
        var sources = DeployFiles.Documents(Path.Combine(DeployFiles.Folder, "grafana", "provisioning", "datasources", "sluice.yaml")).Single();
        var clickHouse = sources.Items("datasources").Single(s => s.Text("name") == "ClickHouse");
        Assert.Equal("clickhouse", clickHouse.Text("jsonData", "host"));
        Assert.Contains($"127.0.0.1:{clickHouse.Text("jsonData", "port")}/ping", Services["clickhouse"].Items("healthcheck", "test").Last().ToString());
    }

    [GeneratedRegex(@"^COPY (?!--)(?<what>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copy();

    [GeneratedRegex(@"<(Import Project|ProjectReference Include)=""(?<path>\.\./[^""]+)""")]
    private static partial Regex Needed();

    [GeneratedRegex(@"^ARG (?<name>\w+)=(?<value>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Argument();

    [GeneratedRegex(@"^FROM (--\S+ )?(?<image>\S+)", RegexOptions.Multiline)]
    private static partial Regex From();

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^(?<name>[A-Z_]+)=", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
