using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>A cluster made by chance, tight enough that pods lack room, and what one of its nodes' drain is asked for. The same seed, the same scenario.</summary>
internal sealed class PlanScenario
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string HostName = "kubernetes.io/hostname";

    private readonly Random _random;
    private readonly List<JsonObject> _nodes = [];
    private readonly List<(string Collection, JsonObject Manifest)> _workloads = [];
    private readonly List<JsonObject> _budgets = [];
    private readonly Dictionary<string, int> _replicas = [];

    public PlanScenario(int seed)
    {
        _random = new(seed);
        int nodes = _random.Next(3, 7),
            workloads = _random.Next(4, 9);
        for (int i = 1; i <= nodes; i++)
            _nodes.Add(Node($"n{i}", isFirst: i == 1));
        for (int i = 1; i <= workloads; i++)
            AddWorkload($"app{i}", workloads);
        Together = Chance(30) ? 2 : 1;
        Options = new()
        {
            DeleteUnmanagedPods = !Chance(15),
            DeleteEmptyDirData = !Chance(15),
            Timeout = TimeSpan.FromHours(2),
        };
    }

    public DrainOptions Options { get; }

    /// <summary>How many nodes are drained together.</summary>
    public int Together { get; }

    /// <summary>Makes it, and waits until all that can run does, and the budgets know of it.</summary>
    public async Task BuildAsync(TestCluster cluster)
    {
        foreach (JsonObject node in _nodes)
            await cluster.CreateAsync(Resources.Nodes, node);
        foreach (JsonObject node in _nodes)
        {
            await cluster.WaitForAsync(
                Resources.Nodes,
                node["metadata"]!["name"]!.GetValue<string>(),
                n =>
                    n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
                    && n.Spec.Taints?.Exists(t => t.Key == "node.kubernetes.io/not-ready") != true
            );
        }

        foreach ((string collection, JsonObject manifest) in _workloads)
            await cluster.EnsureAsync(
                $"{collection}/namespaces/{cluster.Namespace}/{manifest["kind"]!.GetValue<string>().ToLowerInvariant()}s",
                manifest
            );
        IReadOnlyList<Pod> pods = await SettleAsync(cluster, _replicas.ContainsKey);
        string version = cluster.Capabilities.BudgetVersion;
        foreach (JsonObject budget in _budgets)
        {
            budget["apiVersion"] = "policy/" + version;
            string app = budget["spec"]!["selector"]!["matchLabels"]!["app"]!.GetValue<string>();
            int healthy = pods.Count(pod => pod.Metadata.Labels!["app"] == app && TestCluster.IsReady(pod));
            await cluster.CreateAsync(Resources.PodDisruptionBudgets(version), budget);
            await cluster.WaitForAsync(
                Resources.PodDisruptionBudgets(version),
                budget["metadata"]!["name"]!.GetValue<string>(),
                b =>
                    b.Status.ObservedGeneration == b.Metadata.Generation
                    && b.Status.ExpectedPods == _replicas[app]
                    && b.Status.CurrentHealthy == healthy
            );
        }
    }

    /// <summary>Waits until each of these workloads has all its pods again, every one of them ready or told that it fits nowhere.</summary>
    public Task<IReadOnlyList<Pod>> SettleAsync(TestCluster cluster, Func<string, bool> isWatched) =>
        cluster.WaitForPodsAsync(
            "every pod runs or fits nowhere",
            null,
            pods =>
                pods.All(pod => pod.Metadata.DeletionTimestamp is null && (TestCluster.IsReady(pod) || FitsNowhere(pod)))
                && _replicas
                    .Where(one => isWatched(one.Key))
                    .All(one => pods.Count(pod => pod.Metadata.Labels!["app"] == one.Key) == one.Value)
        );

    private static bool FitsNowhere(Pod pod) => pod.Status.Conditions?.Exists(c => c is { Type: "PodScheduled", Status: "False" }) == true;

    private JsonObject Node(string name, bool isFirst)
    {
        var labels = new Dictionary<string, string> { [HostName] = name, [Zone] = Pick("a", "b", "c") };
        if (Chance(50))
            labels["disk"] = Pick("ssd", "hdd");
        JsonObject node = Manifests.Node(name, labels, Pick("3", "4", "6", "8"));
        var spec = new JsonObject();
        if (!isFirst && Chance(20))
            spec["unschedulable"] = true;
        if (!isFirst && Chance(25))
            spec["taints"] = new JsonArray(
                new JsonObject
                {
                    ["key"] = "team",
                    ["value"] = Pick("x", "y"),
                    ["effect"] = "NoSchedule",
                }
            );
        node["spec"] = spec;
        return node;
    }

    private void AddWorkload(string app, int workloads)
    {
        string kind = Pick("ReplicaSet", "Deployment", "Deployment", "Pod");
        int replicas = kind == "Pod" ? 1 : _random.Next(1, 5);
        var labels = new Dictionary<string, string> { ["app"] = app };
        JsonObject manifest =
            kind == "Pod"
                ? Manifests.Pod(app, null, labels)
                : Manifests.Workload(kind, app, labels, new Dictionary<string, string>(), replicas);
        JsonObject spec = (kind == "Pod" ? manifest["spec"] : manifest["spec"]!["template"]!["spec"])!.AsObject();
        spec["containers"]![0]!["resources"]!["requests"]!["cpu"] = $"{_random.Next(1, 16) * 100}m";
        if (Chance(20))
            spec["nodeSelector"] = new JsonObject { [Pick(Zone, "disk")] = Pick("a", "ssd") };
        if (Chance(30))
            spec["tolerations"] = new JsonArray(
                new JsonObject
                {
                    ["key"] = "team",
                    ["operator"] = "Equal",
                    ["value"] = Pick("x", "y"),
                    ["effect"] = "NoSchedule",
                }
            );
        if (Chance(35))
        {
            string rule = Chance(70) ? "podAntiAffinity" : "podAffinity";
            spec["affinity"] = new JsonObject
            {
                [rule] = Required(Chance(50) ? app : $"app{_random.Next(1, workloads + 1)}", Pick(HostName, Zone)),
            };
        }

        if (Chance(15))
            spec["topologySpreadConstraints"] = new JsonArray(Spread(app, Pick(HostName, Zone)));
        if (Chance(10))
            spec["volumes"] = new JsonArray(new JsonObject { ["name"] = "scratch", ["emptyDir"] = new JsonObject() });
        _workloads.Add((kind == "Pod" ? "/api/v1" : "/apis/apps/v1", manifest));
        _replicas[app] = replicas;
        if (kind != "Pod" && Chance(50))
            AddBudget(app, app, labels, replicas);
        if (kind != "Pod" && Chance(5))
            AddBudget(app, app + "-too", labels, replicas);
    }

    // One that never allows, one that allows one at a time, one that minds little.
    private void AddBudget(string app, string name, Dictionary<string, string> labels, int replicas) =>
        _budgets.Add(
            _random.Next(3) switch
            {
                0 => Manifests.Budget("v1", name, labels, "minAvailable", replicas),
                1 => Manifests.Budget("v1", name, labels, "maxUnavailable", 1),
                _ => Manifests.Budget("v1", name, labels, "minAvailable", replicas / 2),
            }
        );

    private static JsonObject Required(string app, string key) =>
        new()
        {
            ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(
                new JsonObject
                {
                    ["labelSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = app } },
                    ["topologyKey"] = key,
                }
            ),
        };

    private static JsonObject Spread(string app, string key) =>
        new()
        {
            ["maxSkew"] = 1,
            ["topologyKey"] = key,
            ["whenUnsatisfiable"] = "DoNotSchedule",
            ["labelSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = app } },
        };

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
