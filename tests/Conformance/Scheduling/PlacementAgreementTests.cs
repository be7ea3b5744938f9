using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Packing;
using NodeManager.Scheduling.Scoring;
using NodeManager.Testing;

namespace NodeManager.Conformance.Scheduling;

/// <summary>
/// What the autoscaler plans with against the real scheduler, on clusters and pods made by chance (affinity, spread, taints, volumes, ports):
/// whether a pod fits anywhere is the same, the node that it came to is among those that score best, and it stays there for the next pod.
/// NODEMANAGER_PLACEMENT_CASES sets how many pods, 60 by default.
/// </summary>
[Collection(SchedulerPlane.Collection)]
[Takes(70)]
public sealed class PlacementAgreementTests(SchedulerPlane scheduler)
{
    private const int Probes = 15;
    private const int Tries = 10;

    [SkippableFact]
    public async Task Planned_placement_agrees_with_the_real_scheduler()
    {
        ControlPlane plane = scheduler.Get();
        int cases = ProofSize.Read("NODEMANAGER_PLACEMENT_CASES", 60),
            seed = ProofSize.Read("NODEMANAGER_PLACEMENT_SEED", 11);
        using var real = new ScenarioRunner(plane.Server, plane.CreateAdminTransport());
        using var client = new KubernetesClient(plane.Server, plane.CreateAdminTransport());
        List<string> differences = [];
        int compared = 0,
            refused = 0;
        for (int round = 0; compared < cases; round++)
        {
            Scenario scenario = new ScenarioMaker(unchecked((seed * 1_000_003) + round), plane.Minor).Make(Probes);
            foreach (JsonObject node in scenario.Nodes)
                Widen(node);
            await real.BuildAsync(scenario);
            List<(string Collection, JsonObject Manifest)> objects = [.. scenario.Objects];
            foreach (JsonObject probe in scenario.Probes.Take(cases - compared))
            {
                (string? difference, bool fits) = await CompareAsync(real, client, plane.Minor, probe);
                compared++;
                if (fits)
                    objects.Add(($"/api/v1/namespaces/{Scenario.Namespace}/pods", probe));
                else
                    refused++;
                if (difference is not null)
                    differences.Add($"round {round}, {probe["metadata"]!["name"]}: {difference}\n  pod: {probe.ToJsonString()}");
            }

            await real.ClearAsync(scenario with { Objects = objects });
        }

        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {compared} differ ({refused} refused):\n{string.Join("\n\n", differences)}"
        );
        Assert.True(refused > compared / 5 && refused < compared * 4 / 5, $"{refused} of {compared} pods were refused: that shows little.");
    }

    // Pods stay: there has to be room for some.
    private static void Widen(JsonObject node)
    {
        foreach (string amounts in (string[])["capacity", "allocatable"])
        {
            JsonObject there = node["status"]![amounts]!.AsObject();
            there["cpu"] = $"1{there["cpu"]}";
            there["memory"] = $"1{there["memory"]}";
            there["pods"] = $"1{there["pods"]}";
        }
    }

    // A scheduler hears of its cluster with a delay: only what stays different is.
    private static async Task<(string? Difference, bool Fits)> CompareAsync(
        ScenarioRunner real,
        KubernetesClient client,
        int minor,
        JsonObject probe
    )
    {
        for (int tries = 1; ; tries++)
        {
            ClusterSnapshot snapshot = await ReadAsync(client, minor);
            (Outcome outcome, JsonNode judged) = await real.PlaceAsync(probe);
            // As the server has it: it adds what is selected by matchLabelKeys to the selectors.
            Pod pod = JsonSerializer.Deserialize(judged.ToJsonString(), KubernetesJson.Default.Pod)!;
            string? node = outcome.Fits ? pod.Spec.NodeName : null;
            (pod.Spec.NodeName, pod.Status) = (null, new());
            string? difference = Differs(pod, snapshot, outcome, node);
            if (difference is not null && outcome.Fits)
            {
                // A node may have been lost for a moment between the look and the placement.
                ClusterSnapshot after = await ReadAsync(client, minor);
                after.RemovePod(pod);
                difference = Differs(pod, after, outcome, node);
            }

            if (difference is null || outcome.Fits || tries == Tries)
                return (difference, outcome.Fits);
            await Task.Delay(200);
        }
    }

    private static string? Differs(Pod pod, ClusterSnapshot snapshot, Outcome outcome, string? node)
    {
        PackedPod packed = Assert.Single(new PodPacker(snapshot, []).Pack([pod]));
        var fit = new PodFit(pod, snapshot);
        if (packed.Node is not null != outcome.Fits)
            return $"real: {outcome} {node}, planned: {packed.Node ?? "nowhere"}; filters: {string.Join(", ", snapshot.Nodes.Select(one => $"{one.Name} {fit.Evaluate(one)}"))}";
        List<NodeState> fitting = [.. snapshot.Nodes.Where(one => fit.Evaluate(one).Verdict == FitVerdict.Fits)];
        if (fitting.Count > 0 != outcome.Fits)
            return $"real: {outcome}, filters: {string.Join(", ", fitting.Select(static one => one.Name))}";
        if (node is null)
            return null;
        if (!fitting.Exists(one => one.Name == packed.Node))
            return $"planned on {packed.Node}, which the filters refuse";
        IReadOnlyList<NodeScore> scores = new PodScore(pod, snapshot).Of(fitting);
        long most = scores.Max(static score => score.Total);
        return scores.Any(score => score.Total == most && score.Node.Name == node)
            ? null
            : $"real: {node}, best: {string.Join(", ", scores.OrderByDescending(static score => score.Total).Select(static score => $"{score.Node.Name} {score.Total}"))}";
    }

    private static async Task<ClusterSnapshot> ReadAsync(KubernetesClient client, int minor)
    {
        var nodes = client.ListAsync(Resources.Nodes, new(), default);
        var pods = client.ListAsync(Resources.Pods, new(), default);
        var images = client.ListAsync(Resources.NodeImages, new(), default);
        var namespaces = client.ListAsync(Resources.Namespaces, new(), default);
        var services = client.ListAsync(Resources.Services, new(), default);
        var claims = client.ListAsync(Resources.PersistentVolumeClaims, new(), default);
        var volumes = client.ListAsync(Resources.PersistentVolumes, new(), default);
        var classes = client.ListAsync(Resources.StorageClasses, new(), default);
        ClusterSnapshot snapshot = new(minor) { KnowsStorage = true };
        foreach (Node node in (await nodes).Items)
            snapshot.SetNode(node);
        foreach (Pod pod in (await pods).Items)
            snapshot.SetPod(pod);
        foreach (NodeImages held in (await images).Items)
            snapshot.SetImages(held.Metadata.Name, held.Status.Images);
        foreach (Namespace one in (await namespaces).Items)
            snapshot.SetNamespace(one.Metadata.Name, one.Metadata.Labels);
        foreach (Service one in (await services).Items)
            snapshot.SetService(one);
        foreach (PersistentVolumeClaim one in (await claims).Items)
            snapshot.SetClaim(one);
        foreach (PersistentVolume one in (await volumes).Items)
            snapshot.SetVolume(one);
        foreach (StorageClass one in (await classes).Items)
            snapshot.SetStorageClass(one);
        return snapshot;
    }
}
