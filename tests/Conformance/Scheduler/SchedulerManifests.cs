using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Conformance.Scheduler;

/// <summary>A scheduler as the seed's tool has it, in the test's own namespace: a ConfigMap, and a Deployment that mounts it.</summary>
internal static class SchedulerManifests
{
    public const string ConfigMap = "rescheduler-config";
    public const string Key = "config.yaml";
    public const string Deployment = "rescheduler-scheduler";

    /// <summary>Nobody leads: who is simulated holds no lease on a real cluster.</summary>
    public const string Text = """
        # Kept by the platform team.
        apiVersion: kubescheduler.config.k8s.io/v1
        kind: KubeSchedulerConfiguration
        leaderElection:
          leaderElect: false
        profiles:
        - schedulerName: rescheduler-scheduler  # the only one
          plugins:
            score:
              disabled:
              - name: ImageLocality

        """;

    public static async Task<ConfigMap> AddConfigMapAsync(
        this TestCluster cluster,
        string text = Text,
        string name = ConfigMap,
        bool? immutable = null
    )
    {
        JsonObject map = Map(text, name);
        if (immutable is not null)
            map["immutable"] = immutable;
        return await cluster.CreateAsync(Resources.ConfigMaps, map);
    }

    public static JsonObject Map(string text, string name) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["data"] = new JsonObject { [Key] = text, ["README"] = "not a configuration" },
        };

    /// <summary>The Deployment; its pods run where the test has nodes.</summary>
    public static Task<Deployment> AddSchedulerAsync(
        this TestCluster cluster,
        string name = Deployment,
        string configMap = ConfigMap,
        int replicas = 1
    ) => cluster.CreateAsync(Resources.Deployments, Manifest(cluster, name, configMap, replicas));

    public static JsonObject Manifest(TestCluster cluster, string name = Deployment, string configMap = ConfigMap, int replicas = 1)
    {
        JsonObject manifest = Manifests.Workload(
            "Deployment",
            name,
            new Dictionary<string, string> { ["app"] = name },
            cluster.Mark,
            replicas
        );
        JsonObject pod = manifest["spec"]!["template"]!["spec"]!.AsObject();
        JsonObject container = pod["containers"]![0]!.AsObject();
        container["image"] = "registry.k8s.io/scheduler-plugins/kube-scheduler:v0.30.6";
        container["command"] = new JsonArray("/bin/kube-scheduler", "--config=/etc/kubernetes/config.yaml");
        container["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/kubernetes" });
        pod["volumes"] = new JsonArray(
            new JsonObject
            {
                ["name"] = "config",
                ["configMap"] = new JsonObject { ["name"] = configMap },
            }
        );
        return manifest;
    }

    public static async Task<string> TextAsync(this TestCluster cluster, string name = ConfigMap) =>
        (await cluster.GetAsync(Resources.ConfigMaps, name)).Data![Key];

    public static async Task<ClusterScheduler> FindAsync(this TestCluster cluster, NodeManagerSession session) =>
        Assert.Single(await SchedulerFinder.FindAsync(session, new() { Namespace = cluster.Namespace }, default));

    public static async Task<IReadOnlyList<ControllerRevision>> RevisionsAsync(this TestCluster cluster) =>
        [
            .. (
                await cluster.Client.ListAsync(
                    Resources.ControllerRevisions,
                    new() { Namespace = cluster.Namespace, LabelSelector = "app.kubernetes.io/managed-by=nodemanager" },
                    default
                )
            ).Items.OrderBy(kept => kept.Revision),
        ];

    public static SchedulerChange Enable(ClusterScheduler scheduler, string plugin, string point = "score") =>
        new()
        {
            Action = $"Enable {plugin}",
            Edit = SchedulerChange.OfDocument(
                scheduler,
                document => PluginEditor.Enable(document, new PluginChange { Name = plugin, ExtensionPoints = [point] }).Document
            ),
        };

    public static SchedulerChange Disable(ClusterScheduler scheduler, string plugin, string point = "score") =>
        new()
        {
            Action = $"Disable {plugin}",
            Edit = SchedulerChange.OfDocument(
                scheduler,
                document => PluginEditor.Disable(document, new PluginChange { Name = plugin, ExtensionPoints = [point] }).Document
            ),
        };

    public static Task<SchedulerChangeResult> ChangeAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        SchedulerChange change,
        IOperationObserver? observer = null
    ) => SchedulerConfigurationWriter.ChangeAsync(session, scheduler, change, observer ?? NullObserver.Instance, default);
}
