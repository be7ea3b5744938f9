using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Maintenance.Batches;
using NodeManager.Scheduling;

namespace NodeManager.Core.Tests.Support;

/// <summary>Nodes in three zones and the pods of workloads that ask for all that the scheduler's rules know. The same seed gives the same fleet.</summary>
public sealed class RandomFleet
{
    private static readonly string[] Keys = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"];
    private readonly Random _random;

    public RandomFleet(int seed)
    {
        _random = new(seed);
        int nodes = _random.Next(4, 31);
        Nodes = [.. Enumerable.Range(0, nodes).Select(Node)];
        List<Func<string, string, Pod>> workloads = [.. Enumerable.Range(0, _random.Next(2, 13)).Select(Workload)];
        int pods = 0;
        foreach (Node node in Nodes)
        {
            for (int count = _random.Next(0, 7); count > 0; count--)
                Pods.Add(workloads[_random.Next(workloads.Count)]($"p{pods++}", node.Metadata.Name));
        }
    }

    public List<Node> Nodes { get; }

    public List<Pod> Pods { get; } = [];

    public ClusterSnapshot Snapshot() => ClusterSnapshot.Of(Nodes, Pods, _random.Next(2) == 0 ? 20 : 36);

    /// <summary>The pods that leave, some of them covered by PodDisruptionBudgets.</summary>
    public Dictionary<string, IReadOnlyList<LeavingPod>> Leaving()
    {
        Dictionary<string, LeavingBudget[]> budgets = [];
        foreach (string workload in Pods.Select(p => p.Controller()!.Uid).Distinct().Order(StringComparer.Ordinal))
            budgets.Add(workload, _random.Next(3) == 0 ? [new($"default/{workload}", _random.Next(0, 3))] : []);
        return Pods.GroupBy(p => p.Spec.NodeName!)
            .ToDictionary(g => g.Key, IReadOnlyList<LeavingPod> (g) => [.. g.Select(p => new LeavingPod(p, budgets[p.Controller()!.Uid]))]);
    }

    /// <summary>All nodes; some are not Ready or cordoned, and half of the fleets are spread by zone.</summary>
    public IReadOnlyList<MaintenanceCandidate> Candidates()
    {
        bool isSpread = _random.Next(2) == 0;
        return
        [
            .. Nodes.Select(n => new MaintenanceCandidate(
                n.Metadata.Uid!,
                n.Metadata.Name,
                isSpread ? n.Metadata.Labels![Keys[1]] : "",
                false,
                true,
                n.Status.Conditions![0].Status == "True",
                n.Spec.Unschedulable == true
            )),
        ];
    }

    private Node Node(int index)
    {
        string name = $"n{index:00}";
        string labels =
            $$"""{ "kubernetes.io/hostname": "{{name}}", "topology.kubernetes.io/zone": "z{{_random.Next(3)}}", "disk": "{{(_random.Next(2) == 0 ? "ssd" : "hdd")}}" }""";
        string spec = _random.Next(10) switch
        {
            0 => """{ "unschedulable": true }""",
            1 or 2 => """{ "taints": [{ "key": "dedicated", "value": "x", "effect": "NoSchedule" }] }""",
            _ => "{}",
        };
        return Sample
            .NodeJson(name, labels: labels, spec: spec, ready: _random.Next(15) == 0 ? "False" : "True")
            .Deserialize(KubernetesJson.Default.Node)!;
    }

    // Makes the pods of one workload, by their name and node.
    private Func<string, string, Pod> Workload(int index)
    {
        string app = $"w{index}",
            space = $"ns{_random.Next(3)}",
            kind = _random.Next(4) == 0 ? "StatefulSet" : "ReplicaSet",
            cpu = $"{_random.Next(1, 9) * 100}m";
        JsonObject spec = [];
        if (_random.Next(3) == 0)
            spec["nodeSelector"] = new JsonObject { ["disk"] = "ssd" };
        if (_random.Next(4) == 0)
            spec["tolerations"] = JsonNode.Parse("""[{ "key": "dedicated", "operator": "Exists" }]""");
        if (_random.Next(8) == 0)
            spec["schedulerName"] = "another";
        if (_random.Next(5) == 0)
            spec["volumes"] = JsonNode.Parse("""[{ "name": "data", "persistentVolumeClaim": { "claimName": "shared" } }]""");
        if (_random.Next(3) == 0)
            spec["topologySpreadConstraints"] = JsonNode.Parse(
                $$"""[{ "maxSkew": {{_random.Next(1, 4)}}, "topologyKey": "{{Key()}}", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": { "matchLabels": { "app": "{{app}}" } } }]"""
            );
        JsonObject affinity = [];
        if (_random.Next(4) == 0)
            affinity["podAntiAffinity"] = Required(app);
        if (_random.Next(5) == 0)
            affinity["podAffinity"] = Required(_random.Next(2) == 0 ? app : $"w{_random.Next(12)}");
        if (affinity.Count > 0)
            spec["affinity"] = affinity;
        int port = _random.Next(6) == 0 ? 9000 + index : 0;
        return (name, node) =>
        {
            JsonObject pod = Sample.PodJson(name, node, cpu, owner: kind);
            pod["metadata"]!["namespace"] = space;
            pod["metadata"]!["ownerReferences"]![0]!["uid"] = app;
            pod["metadata"]!["labels"] = new JsonObject { ["app"] = app };
            if (kind == "StatefulSet")
                pod["metadata"]!["labels"]!["statefulset.kubernetes.io/pod-name"] = name;
            if (port > 0)
                pod["spec"]!["containers"]![0]!["ports"] = JsonNode.Parse($$"""[{ "containerPort": 80, "hostPort": {{port}} }]""");
            foreach ((string key, JsonNode? value) in spec)
                pod["spec"]![key] = value!.DeepClone();
            return pod.Deserialize(KubernetesJson.Default.Pod)!;
        };
    }

    private JsonObject Required(string app)
    {
        JsonNode term = JsonNode.Parse($$"""{ "topologyKey": "{{Key()}}", "labelSelector": { "matchLabels": { "app": "{{app}}" } } }""")!;
        if (_random.Next(3) == 0)
            term["namespaces"] = new JsonArray("ns0", "ns1");
        else if (_random.Next(4) == 0)
            term["namespaceSelector"] = new JsonObject();
        return new() { ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(term) };
    }

    private string Key() => Keys[_random.Next(Keys.Length)];
}
