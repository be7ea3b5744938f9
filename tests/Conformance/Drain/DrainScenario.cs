using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>A node full of pods of all sorts, made by chance, and what its drain is asked for. The same seed, the same scenario.</summary>
internal sealed class DrainScenario
{
    private readonly List<Part> _parts = [];

    public DrainScenario(int seed)
    {
        var random = new Random(seed);
        string[] kinds = ["ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Pod", "Job"];
        for (int i = 0; i < 7; i++)
        {
            string kind = i < kinds.Length ? kinds[i] : kinds[random.Next(3)];
            int replicas = kind is "Pod" or "DaemonSet" or "Job" ? 1 : random.Next(1, 4);
            string end = random.Next(5) switch
            {
                0 => "never",
                1 => "1",
                _ => "",
            };
            _parts.Add(
                new(
                    $"part{i}",
                    kind,
                    replicas,
                    random.Next(3) switch
                    {
                        0 => "never",
                        1 => "turns",
                        _ => "",
                    },
                    end,
                    random.Next(4) == 0
                )
            );
        }

        Options = new() { DeleteUnmanagedPods = random.Next(4) > 0, DeleteEmptyDirData = random.Next(4) > 0 };
    }

    public DrainOptions Options { get; }

    /// <summary>Makes it on a cluster: all pods on the node to drain, and room for them on another.</summary>
    public async Task<string> BuildAsync(TestCluster cluster)
    {
        string full = await cluster.AddNodeAsync();
        foreach (Part part in _parts)
            await CreateAsync(cluster, full, part);
        foreach (Part part in _parts)
            await cluster.WaitForReadyPodsAsync("app=" + part.Name, part.Replicas);
        foreach (Part part in _parts)
        {
            if (HasBudget(part))
                await cluster.AddBudgetAsync(
                    part.Name,
                    part.Name,
                    part.Budget == "never" ? "minAvailable" : "maxUnavailable",
                    part.Budget == "never" ? part.Replicas : 1,
                    part.Budget == "never" ? 0 : 1
                );
        }

        await cluster.CreateAsync(Resources.Nodes, Manifests.Node($"node-{cluster.Id}-empty", cluster.Mark));
        await cluster.WaitForAsync(
            Resources.Nodes,
            $"node-{cluster.Id}-empty",
            n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
        return full;
    }

    /// <summary>True once nothing further can come of a drain: each pod is gone, or on its way out for ever, or held by its budget for good.</summary>
    /// <param name="said">What the drain itself said last of each pod that it has to bring away, with the pod's label <c>app</c>; empty where nothing yet.</param>
    public bool IsOver(IEnumerable<(string App, string Said)> said) =>
        said.GroupBy(pod => pod.App, pod => pod.Said)
            .All(pods =>
            {
                Part part = _parts.Find(one => one.Name == pods.Key)!;
                int held = pods.Count(one => one.Contains("waiting for PDB", StringComparison.Ordinal));
                int accepted = pods.Count(one => one == "eviction accepted.");
                int ended = pods.Count(one => one == DrainPodOutcome.Evicted + ".");
                if (HasBudget(part) && part.Budget == "never")
                    return held == pods.Count();
                if (part.End != "never")
                    return ended == pods.Count();

                // A StatefulSet recreates a pod only after the former is deleted: the PDB allows no second disruption.
                bool isInTurns = HasBudget(part) && part.Kind == "StatefulSet";
                return isInTurns ? accepted == 1 && held == pods.Count() - 1 : accepted == pods.Count();
            });

    private static bool HasBudget(Part part) => part.Budget.Length > 0 && part.Kind is "ReplicaSet" or "Deployment" or "StatefulSet";

    private static async Task CreateAsync(TestCluster cluster, string node, Part part)
    {
        var labels = new Dictionary<string, string> { ["app"] = part.Name };
        JsonObject manifest = part.Kind switch
        {
            "Pod" => Manifests.Pod(part.Name, node, labels),
            "Job" => Job(part.Name, labels, cluster.Mark),
            _ => Manifests.Workload(part.Kind, part.Name, labels, cluster.Mark, part.Kind == "DaemonSet" ? null : part.Replicas),
        };
        JsonObject pod = part.Kind == "Pod" ? manifest : manifest["spec"]!["template"]!.AsObject();
        if (part.End.Length > 0)
            Annotate(pod, "slow-terminate", part.End);
        if (part.HasLocalData)
            pod["spec"]!["volumes"] = new JsonArray(new JsonObject { ["name"] = "scratch", ["emptyDir"] = new JsonObject() });
        if (part.Kind == "StatefulSet")
            manifest["spec"]!["serviceName"] = part.Name;
        if (part.Kind == "StatefulSet")
            manifest["spec"]!["podManagementPolicy"] = "Parallel";
        string group = part.Kind switch
        {
            "Pod" => "/api/v1",
            "Job" => "/apis/batch/v1",
            _ => "/apis/apps/v1",
        };
        await cluster.EnsureAsync($"{group}/namespaces/{cluster.Namespace}/{part.Kind.ToLowerInvariant()}s", manifest);
    }

    private static JsonObject Job(string name, IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> selector)
    {
        JsonObject template = Manifests.Workload("Deployment", name, labels, selector, 1)["spec"]!["template"]!.DeepClone().AsObject();
        template["spec"]!["restartPolicy"] = "Never";
        Annotate(template, "complete-after", "3600");
        return new()
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["template"] = template },
        };
    }

    private static void Annotate(JsonObject pod, string what, string value)
    {
        JsonObject metadata = pod["metadata"]!.AsObject();
        if (metadata["annotations"] is not JsonObject annotations)
            metadata["annotations"] = annotations = [];
        annotations["fake-kubelet/" + what] = value;
    }

    /// <param name="Name">Of the workload and its pods' label <c>app</c>.</param>
    /// <param name="Kind">Of the workload, or <c>Pod</c> for one without.</param>
    /// <param name="Replicas">How many pods.</param>
    /// <param name="Budget"><c>never</c> allows none, <c>turns</c> one at a time; empty: no budget.</param>
    /// <param name="End">Of its pods: <c>never</c>, seconds, or empty.</param>
    /// <param name="HasLocalData">Whether they hold an emptyDir.</param>
    private sealed record Part(string Name, string Kind, int Replicas, string Budget, string End, bool HasLocalData);
}
