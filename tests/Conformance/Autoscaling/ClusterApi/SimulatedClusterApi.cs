using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>
/// The controllers of Cluster API, as far as replicas go: a MachineDeployment rolls over to a MachineSet for its template, a MachineSet
/// creates Machines and deletes them by Cluster API's priorities, and Machines get an infrastructure. Source:
/// https://github.com/kubernetes-sigs/cluster-api/tree/main/internal/controllers/machineset
/// </summary>
internal sealed class SimulatedClusterApi : ClusterApiControllers
{
    private const string Finalizer = "machine.cluster.x-k8s.io";

    private static readonly (string Plural, string Kind)[] Kinds =
    [
        ("clusters", "Cluster"),
        ("machines", "Machine"),
        ("machinesets", "MachineSet"),
        ("machinedeployments", "MachineDeployment"),
        ("machinehealthchecks", "MachineHealthCheck"),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly Random _random = new(7);

    // Holds one entry after changes that no pass has seen.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    private Task _running = Task.CompletedTask;

    private SimulatedClusterApi(TestCluster cluster, string version)
        : base(cluster, version) { }

    /// <summary>No Machine gets an infrastructure while this is set.</summary>
    public bool IsStuck
    {
        get;
        set
        {
            field = value;
            _changes.Writer.TryWrite(true);
        }
    }

    /// <summary>A MachineSet deletes a Machine without the mark, as a controller with a fault would.</summary>
    public bool IgnoresMarks { get; set; }

    /// <summary>Machines get Node objects, which simulated kubelets take over.</summary>
    public bool RegistersNodes { get; set; }

    /// <summary>Defines the kinds, and runs the controllers in the test's namespace.</summary>
    /// <param name="versions">The served ones; objects are stored in the last.</param>
    public static async Task<SimulatedClusterApi> StartAsync(TestCluster cluster, params string[] versions)
    {
        await cluster.PrepareAsync($"{Group} {string.Join(' ', versions)}", () => DefineAsync(cluster, versions));
        var controllers = new SimulatedClusterApi(cluster, versions[0]);
        controllers._running = Task.Run(controllers.RunAsync);
        return controllers;
    }

    private static async Task DefineAsync(TestCluster cluster, string[] versions)
    {
        foreach ((string plural, string kind) in Kinds)
        {
            JsonObject definition = CustomKind.Define(
                plural,
                Group,
                kind,
                """{ "type": "object", "x-kubernetes-preserve-unknown-fields": true }"""
            );
            JsonArray list = definition["spec"]!["versions"]!.AsArray();
            JsonNode only = list[0]!.DeepClone();
            list.Clear();
            foreach (string version in versions)
            {
                JsonNode one = only.DeepClone();
                one["name"] = version;
                one["storage"] = version == versions[^1];
                list.Add(one);
            }

            WireAnswer answer = await cluster.SendAsync("POST", CustomKind.Definitions, definition.ToJsonString());
            Assert.True(answer.Code is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.Text);
            foreach (string version in versions)
                await Eventually.HoldsAsync(
                    $"{plural} served",
                    async () => (await cluster.SendAsync("GET", $"/apis/{Group}/{version}/{plural}")).Code == HttpStatusCode.OK
                );
        }
    }

    protected override JsonObject SpecOf(string kind, int replicas) =>
        new()
        {
            ["clusterName"] = "workload",
            ["replicas"] = replicas,
            ["template"] = new JsonObject { ["spec"] = new JsonObject { ["version"] = "v1.30.0" } },
        };

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(ReconcileAsync(), WatchAsync("machinedeployments"), WatchAsync("machinesets"), WatchAsync("machines"));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task WatchAsync(string plural)
    {
        ResourceType<PartialObjectMetadata> type = new(Group, ApiVersion, plural, IsNamespaced: true, Resources.Nodes.Json);
        await foreach (
            WatchEvent<PartialObjectMetadata> _ in Cluster.Client.WatchAsync(type, new() { Namespace = Cluster.Namespace }, _stop.Token)
        )
            _changes.Writer.TryWrite(true);
    }

    private async Task ReconcileAsync()
    {
        await foreach (bool _ in _changes.Reader.ReadAllAsync(_stop.Token))
        {
            foreach (JsonNode deployment in await ListAsync("machinedeployments"))
                await ReconcileDeploymentAsync(deployment);
            // In this order: who sees lower replicas sees the mark that was set before.
            IReadOnlyList<JsonNode> sets = await ListAsync("machinesets"),
                machines = await ListAsync("machines");
            foreach (JsonNode set in sets)
                await ReconcileSetAsync(set, [.. machines.Where(one => OwnerOf(one) == UidOf(set))]);
            foreach (JsonNode machine in machines)
                await ReconcileMachineAsync(machine);
        }
    }

    private async Task ReconcileDeploymentAsync(JsonNode deployment)
    {
        if (IsPaused(deployment))
            return;
        string version = (string)deployment["spec"]!["template"]!["spec"]!["version"]!;
        string name = $"{NameOf(deployment)}-{version.Replace(".", "", StringComparison.Ordinal)}";
        int replicas = (int)deployment["spec"]!["replicas"]!;
        JsonNode[] sets = [.. (await ListAsync("machinesets")).Where(one => OwnerOf(one) == UidOf(deployment))];
        if (!sets.Any(one => NameOf(one) == name))
        {
            await CreateAsync("machinesets", SetOf(deployment, name, sets.Length == 0 ? replicas : 0));
            return;
        }

        JsonNode current = sets.First(one => NameOf(one) == name);
        JsonNode? old = sets.FirstOrDefault(one => NameOf(one) != name && (int)one["spec"]!["replicas"]! > 0);
        JsonNode[] machines = [.. (await ListAsync("machines")).Where(one => sets.Any(set => OwnerOf(one) == UidOf(set)))];
        int ready = machines.Count(one => OwnerOf(one) == UidOf(current) && (string?)one["status"]?["phase"] == "Running");
        int wanted = (int)current["spec"]!["replicas"]!;
        if (old is null)
            await ScaleAsync(current, replicas);
        // One Machine more than stated, then one of the old ones less.
        else if (machines.Length <= replicas && wanted < replicas)
            await ScaleAsync(current, wanted + 1);
        else if (ready == wanted && machines.Length > replicas && !machines.Any(IsDeleting))
            await ScaleAsync(old, (int)old["spec"]!["replicas"]! - 1);
        await ObserveAsync("machinedeployments", deployment);
    }

    private async Task ScaleAsync(JsonNode set, int replicas)
    {
        if ((int)set["spec"]!["replicas"]! != replicas)
            await PatchAsync("machinesets", NameOf(set), new() { ["spec"] = new JsonObject { ["replicas"] = replicas } });
    }

    private async Task ReconcileSetAsync(JsonNode set, IReadOnlyList<JsonNode> machines)
    {
        if (IsPaused(set))
            return;
        // Machines that are being deleted count: Cluster API deliberately includes them.
        int missing = (int)set["spec"]!["replicas"]! - machines.Count;
        for (int i = 0; i < missing; i++)
            await CreateAsync("machines", MachineOf(set));
        foreach (JsonNode machine in machines.OrderByDescending(PriorityOf).ThenBy(_ => _random.Next()).Take(Math.Max(0, -missing)))
        {
            if (IsDeleting(machine))
                continue;
            Chosen.Enqueue(NameOf(machine));
            await DeleteAsync("machines", NameOf(machine));
        }

        await ObserveAsync("machinesets", set);
    }

    // As randomDeletePolicy.
    private int PriorityOf(JsonNode machine) =>
        IsDeleting(machine) ? 100
        : machine["metadata"]!["annotations"]?["cluster.x-k8s.io/delete-machine"] is not null ? (IgnoresMarks ? 0 : 75)
        : machine["status"]?["nodeRef"] is null ? 50
        : 20;

    private async Task ReconcileMachineAsync(JsonNode machine)
    {
        if (IsDeleting(machine))
        {
            if (RegistersNodes)
                await Cluster.SendAsync("DELETE", $"/api/v1/nodes/{NameOf(machine)}");
            await PatchAsync("machines", NameOf(machine), new() { ["metadata"] = new JsonObject { ["finalizers"] = null } });
        }
        else if (machine["spec"]!["providerID"] is null)
        {
            if (!IsStuck)
                await PatchAsync(
                    "machines",
                    NameOf(machine),
                    new() { ["spec"] = new JsonObject { ["providerID"] = $"example://{NameOf(machine)}" } }
                );
        }
        else if (machine["status"]?["phase"] is null)
        {
            if (RegistersNodes)
                await RegisterAsync(machine);
            await PatchAsync(
                "machines",
                NameOf(machine),
                new()
                {
                    ["status"] = new JsonObject
                    {
                        ["phase"] = "Running",
                        ["nodeRef"] = new JsonObject { ["name"] = NameOf(machine) },
                    },
                },
                "/status"
            );
        }
    }

    private Task RegisterAsync(JsonNode machine)
    {
        JsonObject node = Manifests.Node(
            NameOf(machine),
            new Dictionary<string, string>(Cluster.Mark) { ["kubernetes.io/hostname"] = NameOf(machine) }
        );
        node["spec"] = new JsonObject { ["providerID"] = (string?)machine["spec"]!["providerID"] };
        return Cluster.EnsureAsync("/api/v1/nodes", node);
    }

    private Task ObserveAsync(string plural, JsonNode item)
    {
        long generation = (long)item["metadata"]!["generation"]!;
        return (long?)item["status"]?["observedGeneration"] == generation
            ? Task.CompletedTask
            : PatchAsync(plural, NameOf(item), new() { ["status"] = new JsonObject { ["observedGeneration"] = generation } }, "/status");
    }

    private static JsonObject SetOf(JsonNode deployment, string name, int replicas) =>
        new()
        {
            ["kind"] = "MachineSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["cluster.x-k8s.io/cluster-name"] = "workload" },
                // Cluster API copies the annotations of a MachineDeployment.
                ["annotations"] = deployment["metadata"]!["annotations"]?.DeepClone(),
                ["ownerReferences"] = new JsonArray(ReferenceTo(deployment)),
            },
            ["spec"] = new JsonObject
            {
                ["clusterName"] = "workload",
                ["replicas"] = replicas,
                ["template"] = deployment["spec"]!["template"]!.DeepClone(),
            },
        };

    private static JsonObject MachineOf(JsonNode set) =>
        new()
        {
            ["kind"] = "Machine",
            ["metadata"] = new JsonObject
            {
                ["generateName"] = $"{NameOf(set)}-",
                ["labels"] = new JsonObject { ["cluster.x-k8s.io/cluster-name"] = "workload" },
                ["finalizers"] = new JsonArray(Finalizer),
                ["ownerReferences"] = new JsonArray(ReferenceTo(set)),
            },
            ["spec"] = new JsonObject { ["clusterName"] = "workload" },
        };

    private static JsonObject ReferenceTo(JsonNode owner) =>
        new()
        {
            ["apiVersion"] = (string?)owner["apiVersion"],
            ["kind"] = (string?)owner["kind"],
            ["name"] = NameOf(owner),
            ["uid"] = UidOf(owner),
            ["controller"] = true,
        };

    private static bool IsPaused(JsonNode item) =>
        (bool?)item["spec"]?["paused"] == true || item["metadata"]!["annotations"]?["cluster.x-k8s.io/paused"] is not null;

    private static string UidOf(JsonNode item) => (string)item["metadata"]!["uid"]!;

    private static string? OwnerOf(JsonNode item) => (string?)item["metadata"]!["ownerReferences"]?[0]?["uid"];
}
