using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Templates;
using NodeManager.SchedulerControl.Simulation;
using NodeManager.Testing;

namespace NodeManager.Conformance.Scheduler;

/// <summary>
/// The simulation against what places pods: pod after pod is created and placed; the node that it came to must be one of those that the
/// simulation finds best (a scheduler takes one of equals at random). NODEMANAGER_PLACEMENTS sets how many pods, 12 by default.
/// </summary>
public sealed class SchedulerSimulationTests
{
    private static readonly int Pods = ProofSize.Read("NODEMANAGER_PLACEMENTS", 12);

    [SkippableTheory]
    [InlineData("spread")]
    [InlineData("pack")]
    [InlineData("weigh")]
    public async Task A_real_scheduler_places_each_pod_on_a_node_that_the_simulation_finds_best(string kind)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Real, workloads: true);
        string name = $"{kind}-{cluster.Id}";
        SchedulerDocument document = Document(cluster, kind, name);
        using IDisposable scheduler = cluster.StartScheduler(document.Text);
        await PlaceAsync(cluster, document, name);
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.OldSandbox)]
    public async Task The_embedded_scheduler_agrees_with_the_simulation(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await PlaceAsync(cluster, Document(cluster, "spread", SchedulerProfile.DefaultName), SchedulerProfile.DefaultName);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_packing_simulation_moves_spread_pods_and_places_pending_pods(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2, node => Room(node));
        string name = "waits-" + cluster.Id;
        await cluster.AddPodAsync("large", nodes[0], pod => For(pod, name, "2", "8Gi"));
        await cluster.AddPodAsync("small", nodes[1], pod => For(pod, name, "500m", "1Gi"));
        await cluster.CreateAsync(Resources.Pods, For(Manifests.Pod("new", null, cluster.Mark), name, "1", "1Gi"));
        await cluster.CreateAsync(Resources.Pods, For(Manifests.Pod("huge", null, cluster.Mark), name, "100", "1Gi"));

        Dictionary<string, SchedulerSimulation> packed = await SimulateAsync(cluster, Document(cluster, "pack", name));

        Assert.Equal((SchedulerSimulationOutcome.Moves, nodes[0]), (packed["small"].Outcome, packed["small"].NodeThen));
        Assert.Contains(
            cluster.Minor <= 22 ? "NodeResourcesMostAllocated +" : "NodeResourcesFit +",
            packed["small"].Reason,
            StringComparison.Ordinal
        );
        Assert.Equal((SchedulerSimulationOutcome.Starts, nodes[0]), (packed["new"].Outcome, packed["new"].NodeThen));
        Assert.Equal(SchedulerSimulationOutcome.Waits, packed["huge"].Outcome);
        Assert.Contains("Insufficient cpu", packed["huge"].Reason, StringComparison.Ordinal);

        Dictionary<string, SchedulerSimulation> spread = await SimulateAsync(cluster, Document(cluster, "spread", name));
        Assert.Equal(SchedulerSimulationOutcome.Stays, spread["small"].Outcome);
        Assert.Equal(nodes[1], spread["new"].NodeThen);
    }

    private static async Task PlaceAsync(TestCluster cluster, SchedulerDocument document, string schedulerName)
    {
        int number = 0;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(
            6,
            node =>
            {
                number++;
                Room(node).Label("topology.kubernetes.io/zone", $"zone-{number % 3}");
                node["status"]!["allocatable"]!["cpu"] = $"{4 + (2 * number)}";
                if (number == 3)
                    node["spec"] = new JsonObject
                    {
                        ["taints"] = new JsonArray(new JsonObject { ["key"] = "slow", ["effect"] = "PreferNoSchedule" }),
                    };
            }
        );
        await cluster.CreateAsync(Resources.Services, Service("web"));
        Random random = new(7);
        for (int index = 0; index < Pods; index++)
        {
            string name = $"pod-{index}";
            await cluster.CreateAsync(Resources.Pods, Some(random, Manifests.Pod(name, null, cluster.Mark), schedulerName));
            await cluster.WaitForAsync(Resources.Pods, name, pod => !string.IsNullOrEmpty(pod.Spec.NodeName));
            SchedulerSimulation placed = (await SimulateAsync(cluster, document))[name];
            Assert.True(
                placed.Outcome == SchedulerSimulationOutcome.Stays,
                $"{name} was placed on {placed.NodeNow}, of {nodes.Count}; best: {placed.Candidates}; {placed.Outcome}: {placed.Reason}"
            );
        }
    }

    private static async Task<Dictionary<string, SchedulerSimulation>> SimulateAsync(TestCluster cluster, SchedulerDocument document)
    {
        NodeManagerSession session = await cluster.ConnectAsync();
        IReadOnlyList<SchedulerSimulation> results = await SchedulerSimulator.RunAsync(
            session,
            document,
            "test",
            Math.Min(cluster.Minor, SchedulerApi.NewestMinor),
            PluginCatalog.Standard,
            NullObserver.Instance,
            default
        );
        return results.Where(one => one.Namespace == cluster.Namespace).ToDictionary(one => one.Pod);
    }

    private static SchedulerDocument Document(TestCluster cluster, string kind, string name)
    {
        bool isOld = cluster.Minor <= 22;
        var document = SchedulerDocument.Parse(
            $"""
            apiVersion: kubescheduler.config.k8s.io/{(isOld ? "v1beta1" : "v1")}
            kind: KubeSchedulerConfiguration
            clientConnection: {"{"}kubeconfig: KUBECONFIG, qps: 300, burst: 600{"}"}
            leaderElection: {"{"}leaderElect: false{"}"}
            profiles:
            - schedulerName: {name}

            """
        );
        return kind switch
        {
            "pack" => ConfigurationTemplates.Apply(document, ConfigurationTemplates.Find("BinPacking", null), []).Document,
            "weigh" => SchedulerDocument.Parse(document.Text + Weights(isOld)),
            _ => document,
        };
    }

    /// <summary>Other weights, a filter and a score less, a shape, constraints and an affinity of the profile's own.</summary>
    private static string Weights(bool isOld) =>
        (
            isOld
                ? """
                      plugins:
                        filter: {disabled: [{name: NodePorts}]}
                        score:
                          disabled: [{name: ImageLocality}, {name: InterPodAffinity}, {name: NodeResourcesLeastAllocated}]
                          enabled: [{name: InterPodAffinity, weight: 5}, {name: RequestedToCapacityRatio, weight: 3}]
                      pluginConfig:
                      - name: RequestedToCapacityRatio
                        args: {shape: [{utilization: 0, score: 0}, {utilization: 40, score: 10}, {utilization: 100, score: 3}], resources: [{name: cpu, weight: 2}, {name: memory, weight: 1}]}
                    """
                : """
                      plugins:
                        filter: {disabled: [{name: NodePorts}]}
                        score:
                          disabled: [{name: ImageLocality}]
                          enabled: [{name: InterPodAffinity, weight: 5}, {name: NodeResourcesFit, weight: 3}]
                      pluginConfig:
                      - name: NodeResourcesFit
                        args:
                          scoringStrategy:
                            type: RequestedToCapacityRatio
                            resources: [{name: cpu, weight: 2}, {name: memory, weight: 1}]
                            requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}, {utilization: 40, score: 10}, {utilization: 100, score: 3}]}
                    """
        )
        + """

              - name: PodTopologySpread
                args: {defaultingType: List, defaultConstraints: [{maxSkew: 2, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}]}
              - name: NodeAffinity
                args: {addedAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 9, preference: {matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [zone-1]}]}}]}}

            """;

    private static JsonObject Room(JsonObject node)
    {
        node["status"]!["allocatable"]!["memory"] = "64Gi";
        return node;
    }

    private static JsonObject For(JsonObject pod, string schedulerName, string cpu, string memory)
    {
        JsonObject container = pod["spec"]!["containers"]![0]!.AsObject();
        container["resources"] = new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory },
        };
        return pod.PodSpec(
            new()
            {
                ["schedulerName"] = schedulerName,
                ["nodeSelector"] = Manifests.Map(new Dictionary<string, string> { ["test"] = Mark(pod) }),
            }
        );
    }

    private static string Mark(JsonObject pod) => pod["metadata"]!["labels"]!["test"]!.GetValue<string>();

    private static JsonObject Some(Random random, JsonObject pod, string schedulerName)
    {
        string app = random.Next(3) switch
        {
            0 => "web",
            1 => "db",
            _ => "job",
        };
        For(pod, schedulerName, $"{random.Next(1, 15)}00m", $"{random.Next(1, 40)}00Mi").Label("app", app);
        if (random.Next(4) == 0)
            pod["spec"]!["containers"]![0]!["resources"] = new JsonObject();
        string other = random.Next(2) == 0 ? "web" : "db";
        var term = new JsonObject
        {
            ["topologyKey"] = random.Next(2) == 0 ? "kubernetes.io/hostname" : "topology.kubernetes.io/zone",
            ["labelSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = other } },
        };
        switch (random.Next(6))
        {
            case 0:
                pod.PodSpec(new() { ["affinity"] = new JsonObject { ["podAffinity"] = Preferred(term, random.Next(1, 100)) } });
                break;
            case 1:
                pod.PodSpec(new() { ["affinity"] = new JsonObject { ["podAntiAffinity"] = Preferred(term, random.Next(1, 100)) } });
                break;
            case 2:
                pod.PodSpec(new() { ["tolerations"] = new JsonArray(new JsonObject { ["key"] = "slow", ["operator"] = "Exists" }) });
                break;
            case 3:
                pod.PodSpec(
                    new()
                    {
                        ["topologySpreadConstraints"] = new JsonArray(
                            new JsonObject
                            {
                                ["maxSkew"] = 1,
                                ["topologyKey"] = "topology.kubernetes.io/zone",
                                ["whenUnsatisfiable"] = random.Next(2) == 0 ? "ScheduleAnyway" : "DoNotSchedule",
                                ["labelSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = app } },
                            }
                        ),
                    }
                );
                break;
        }

        return pod;
    }

    private static JsonObject Preferred(JsonObject term, int weight) =>
        new()
        {
            ["preferredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(
                new JsonObject { ["weight"] = weight, ["podAffinityTerm"] = term }
            ),
        };

    private static JsonObject Service(string app) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = new JsonObject { ["name"] = app },
            ["spec"] = new JsonObject
            {
                ["selector"] = new JsonObject { ["app"] = app },
                ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }),
            },
        };
}
