using Sluice.Processors.Topologies;
using Sluice.Streams;
using Sluice.Streams.Kafka;
using YamlDotNet.RepresentationModel;

namespace Sluice.Tests.Unit.Deploy;

/// <summary>The Kubernetes manifests, as text.</summary>
public sealed class KubernetesTests
{
    private static readonly string[] Workloads = ["Deployment", "Job"];

    private static readonly (string File, YamlMappingNode Object)[] Objects = [.. DeployFiles.Kubernetes];

    [Fact]
    public void Every_object_has_kind_version_and_name()
    {
        Assert.All(Objects.Where(o => o.File != "kustomization.yaml"), o =>
        {
            Assert.NotNull(o.Object.Text("apiVersion"));
            Assert.NotNull(o.Object.Text("kind"));
            Assert.NotNull(o.Object.Text("metadata", "name"));
        });
    }

    [Fact]
    public void The_kustomization_lists_every_file_but_the_example_of_a_secret()
    {
        var listed = Of("Kustomization").Single().Items("resources").Select(r => r.ToString());
        var files = Objects.Select(o => o.File).Distinct().Except(["kustomization.yaml", "secret.example.yaml"]);
        Assert.Equal(files.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_role_runs_without_rights_and_with_bounds()
    {
        foreach (var workload in Workloads.SelectMany(Of))
        {
            var pod = workload.At("spec", "template", "spec")!;
            Assert.Equal("true", pod.Text("securityContext", "runAsNonRoot"));
            var container = pod.Items("containers").Single();
            Assert.Equal("true", container.Text("securityContext", "readOnlyRootFilesystem"));
            Assert.Equal("false", container.Text("securityContext", "allowPrivilegeEscalation"));
            Assert.NotNull(container.Text("resources", "requests", "cpu"));
            Assert.NotNull(container.Text("resources", "requests", "memory"));
            Assert.NotNull(container.Text("resources", "limits", "memory"));
            Assert.NotNull(container.At("livenessProbe"));
        }
    }

    [Fact]
    public void Selectors_services_and_budgets_find_their_pods()
    {
        var labels = Workloads.SelectMany(Of).ToDictionary(w => w.Text("metadata", "name")!, w => w.Text("spec", "template", "metadata", "labels", "app"));
        Assert.Equal(["api", "ingest", "process", "sink"], labels.Keys.Order());
        Assert.All(labels, l => Assert.Equal(l.Key, l.Value));
        Assert.All(Of("Deployment"), d => Assert.Contains(d.Text("spec", "selector", "matchLabels", "app"), labels.Values));
        Assert.All(Of("Service"), s => Assert.Contains(s.Text("spec", "selector", "app"), labels.Values));
        Assert.Equal(labels.Values.Order(), Of("PodDisruptionBudget").Select(b => b.Text("spec", "selector", "matchLabels", "app")).Order());
        Assert.All(Of("ScaledObject"), s => Assert.Contains(s.Text("spec", "scaleTargetRef", "name"), labels.Keys));
        Assert.Equal(["process", "sink"], Of("ScaledObject").Select(s => s.Text("metadata", "name")!).Order());
    }

    [Fact]
    public void Ports_agree_between_arguments_container_scraping_and_service()
    {
        foreach (var workload in Workloads.SelectMany(Of))
        {
            var name = workload.Text("metadata", "name");
            var container = workload.Items("spec", "template", "spec", "containers").Single();
            var port = container.Items("ports").Single(p => p.Text("name") == "http").Text("containerPort")!;
            Assert.Equal(port, workload.At("spec", "template", "metadata", "annotations")!.Text("prometheus.io/port"));
            Assert.Contains(container.Items("args").Select(a => a.ToString()), a => a == port || a.EndsWith(":" + port, StringComparison.Ordinal));
            foreach (var service in Of("Service").Where(s => s.Text("metadata", "name") == name))
            {
                Assert.Equal(("http", port), (service.Items("spec", "ports").Single().Text("targetPort"), service.Items("spec", "ports").Single().Text("port")));
            }
        }
    }

    [Fact]
    public void Workers_scale_on_the_lag_of_groups_and_topics_that_there_are_and_not_beyond_their_partitions()
    {
        foreach (var scaled in Of("ScaledObject"))
        {
            Assert.Equal($"{KafkaOptions.DefaultPartitions}", scaled.Text("spec", "maxReplicaCount"));
            foreach (var trigger in scaled.Items("spec", "triggers"))
            {
                var topic = Topics.All.SingleOrDefault(t => t.Name == trigger.Text("metadata", "topic"));
                Assert.True(topic is not null, trigger.Text("metadata", "topic"));
                Assert.Contains(trigger.Text("metadata", "consumerGroup"), TopologyCatalog.Names.Append("sink").Select(n => "sluice-" + n));
            }
        }
    }

    [Fact]
    public void Configuration_and_secrets_come_from_objects_that_there_are()
    {
        string[] there = [.. Of("ConfigMap").Concat(Of("Secret")).Select(o => $"{o.Text("kind")} {o.Text("metadata", "name")}")];
        foreach (var source in Workloads.SelectMany(Of).SelectMany(w => w.Items("spec", "template", "spec", "containers")).SelectMany(c => c.Items("envFrom")))
        {
            var named = source.Text("configMapRef", "name") is { } map ? "ConfigMap " + map : "Secret " + source.Text("secretRef", "name");
            Assert.Contains(named, there);
        }

        Assert.All(Of("Secret").SelectMany(s => s.Entries("stringData")).Where(e => e.Name.EndsWith("PASSWORD", StringComparison.Ordinal)), e => Assert.Equal("change-me", e.Value.ToString()));
    }

    private static IEnumerable<YamlMappingNode> Of(string kind) => Objects.Where(o => o.Object.Text("kind") == kind).Select(o => o.Object);
}
