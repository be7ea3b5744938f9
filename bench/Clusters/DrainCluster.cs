using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Running;
using NodeManager.Conformance.RealCluster;

namespace NodeManager.Bench.Clusters;

/// <summary>A real control plane with controllers, scheduler and simulated kubelets, and ready pods on nodes that are about to be drained.</summary>
internal sealed class DrainCluster : IDisposable
{
    public const int Count = 40;
    private const string ReplicaSets = "apis/apps/v1/namespaces/default/replicasets",
        Pods = "api/v1/namespaces/default/pods";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10),
        Limit = TimeSpan.FromMinutes(5);
    private readonly ControlPlane _plane;

    private DrainCluster(ControlPlane plane)
    {
        _plane = plane;
        Api = new(plane.Server, plane.CreateAdminTransport());
        Kubeconfig = plane.WriteKubeconfig("admin", "system:masters");
    }

    public ApiClient Api { get; }

    public string Kubeconfig { get; }

    // policy/v1 came with 1.21.
    private string Policy => _plane.Minor >= 21 ? "policy/v1" : "policy/v1beta1";

    private string Budgets => $"apis/{Policy}/namespaces/default/poddisruptionbudgets";

    public static async Task<DrainCluster> StartAsync(CancellationToken cancellationToken)
    {
        var cluster = new DrainCluster(await ControlPlane.StartAsync());
        string now = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await Parallel.ForAsync(
            0,
            Count,
            cancellationToken,
            async (number, stop) => await cluster.Api.PostAsync("api/v1/nodes", Documents.Node(number, now), stop)
        );
        await WaitAsync(
            "nodes without taints",
            async stop =>
                (await cluster.Api.GetAsync("api/v1/nodes", stop))["items"]!.AsArray().All(static node => node!["spec"]!["taints"] is null),
            cancellationToken
        );
        return cluster;
    }

    /// <summary>So many ready pods, spread over exactly these nodes; the others take what moves.</summary>
    /// <param name="on">Numbers of the nodes from 0.</param>
    /// <param name="pods">Of one ReplicaSet, which take a second to start.</param>
    /// <param name="maxUnavailable">Of their PDB. Null: none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task PrepareAsync(int on, int pods, JsonNode? maxUnavailable, CancellationToken cancellationToken)
    {
        await ClearAsync(cancellationToken);
        await LabelAsync(0, on, "drain", cancellationToken);
        await LabelAsync(on, Count, null, cancellationToken);
        await Api.PostAsync(ReplicaSets, ReplicaSet(pods), cancellationToken);
        await WaitAsync(
            "ready pods",
            async stop => (int?)(await Api.GetAsync(ReplicaSets + "/bench", stop))["status"]!["readyReplicas"] == pods,
            cancellationToken
        );
        await LabelAsync(on, Count, "drain", cancellationToken);
        if (maxUnavailable is null)
            return;
        JsonObject labels = new() { ["matchLabels"] = new JsonObject { ["app"] = "bench" } };
        await Api.PostAsync(
            Budgets,
            new JsonObject
            {
                ["apiVersion"] = Policy,
                ["kind"] = "PodDisruptionBudget",
                ["metadata"] = new JsonObject { ["name"] = "bench" },
                ["spec"] = new JsonObject { ["maxUnavailable"] = maxUnavailable.DeepClone(), ["selector"] = labels },
            },
            cancellationToken
        );
        await WaitAsync("a disruption to be allowed", async stop => await AllowedAsync(stop) > 0, cancellationToken);
    }

    /// <summary>What a client with nothing to compute needs: it evicts as many pods as are allowed, and looks every 10 ms.</summary>
    public async Task<Sample> DrainIdeallyAsync(int on, bool hasBudget, CancellationToken cancellationToken)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(
            0,
            on,
            cancellationToken,
            async (number, stop) => await Api.MergeAsync("api/v1/nodes/" + Documents.NodeName(number), Unschedulable(true), stop)
        );
        var waiting = new Queue<string>((await OnAsync(on, cancellationToken)).Select(static pod => (string)pod["metadata"]!["name"]!));
        while (waiting.Count > 0)
        {
            int allowed = hasBudget ? await AllowedAsync(cancellationToken) : waiting.Count;
            string[] next = [.. Enumerable.Range(0, Math.Min(allowed, waiting.Count)).Select(_ => waiting.Dequeue())];
            await Parallel.ForEachAsync(
                next,
                new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken },
                async (pod, stop) =>
                {
                    JsonObject eviction = new()
                    {
                        ["apiVersion"] = Policy,
                        ["kind"] = "Eviction",
                        ["metadata"] = new JsonObject { ["name"] = pod, ["namespace"] = "default" },
                    };
                    if (await Api.TryPostAsync($"{Pods}/{pod}/eviction", eviction, stop))
                        return;
                    lock (waiting)
                        waiting.Enqueue(pod);
                }
            );
            if (next.Length == 0)
                await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }

        while ((await OnAsync(on, cancellationToken)).Count > 0)
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        return new(watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
    }

    /// <exception cref="InvalidOperationException">Pods are left, or a node takes pods.</exception>
    public async Task CheckAsync(int on, CancellationToken cancellationToken)
    {
        if ((await OnAsync(on, cancellationToken)).Count > 0)
            throw new InvalidOperationException("Pods are left.");
        JsonArray nodes = (await Api.GetAsync("api/v1/nodes", cancellationToken))["items"]!.AsArray();
        if (nodes.Count(static node => node!["spec"]!["unschedulable"] is not null) != on)
            throw new InvalidOperationException("Other nodes are cordoned than those that were drained.");
    }

    public void Dispose()
    {
        Api.Dispose();
        _plane.Dispose();
    }

    private async Task ClearAsync(CancellationToken cancellationToken)
    {
        if ((await Api.GetAsync(ReplicaSets, cancellationToken))["items"]!.AsArray().Count > 0)
            await Api.DeleteAsync(ReplicaSets + "/bench?propagationPolicy=Background", cancellationToken);
        if ((await Api.GetAsync(Budgets, cancellationToken))["items"]!.AsArray().Count > 0)
            await Api.DeleteAsync(Budgets + "/bench", cancellationToken);
        await Parallel.ForAsync(
            0,
            Count,
            cancellationToken,
            async (number, stop) => await Api.MergeAsync("api/v1/nodes/" + Documents.NodeName(number), Unschedulable(null), stop)
        );
        await WaitAsync(
            "former pods to go",
            async stop => (await Api.GetAsync(Pods, stop))["items"]!.AsArray().Count == 0,
            cancellationToken
        );
    }

    private Task LabelAsync(int from, int to, string? pool, CancellationToken cancellationToken) =>
        Parallel.ForAsync(
            from,
            to,
            cancellationToken,
            async (number, stop) =>
                await Api.MergeAsync(
                    "api/v1/nodes/" + Documents.NodeName(number),
                    new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["bench-pool"] = pool } } },
                    stop
                )
        );

    private async Task<List<JsonNode>> OnAsync(int on, CancellationToken cancellationToken)
    {
        var names = Enumerable.Range(0, on).Select(Documents.NodeName).ToHashSet();
        return
        [
            .. (await Api.GetAsync(Pods, cancellationToken))["items"]!
                .AsArray()
                .OfType<JsonNode>()
                .Where(pod => names.Contains((string?)pod["spec"]!["nodeName"] ?? "")),
        ];
    }

    private async Task<int> AllowedAsync(CancellationToken cancellationToken) =>
        (int?)(await Api.GetAsync(Budgets + "/bench", cancellationToken))["status"]?["disruptionsAllowed"] ?? 0;

    private static JsonObject Unschedulable(bool? value) => new() { ["spec"] = new JsonObject { ["unschedulable"] = value } };

    private static JsonObject ReplicaSet(int pods)
    {
        static JsonObject App() => new() { ["app"] = "bench" };
        static JsonObject Matching() => new() { ["matchLabels"] = App() };
        return new()
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject { ["name"] = "bench" },
            ["spec"] = new JsonObject
            {
                ["replicas"] = pods,
                ["selector"] = Matching(),
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["labels"] = App(),
                        ["annotations"] = new JsonObject { ["fake-kubelet/start-delay"] = "1" },
                    },
                    ["spec"] = new JsonObject
                    {
                        ["terminationGracePeriodSeconds"] = 1,
                        ["nodeSelector"] = new JsonObject { ["bench-pool"] = "drain" },
                        ["topologySpreadConstraints"] = new JsonArray(
                            new JsonObject
                            {
                                ["maxSkew"] = 1,
                                ["topologyKey"] = "kubernetes.io/hostname",
                                ["whenUnsatisfiable"] = "ScheduleAnyway",
                                ["labelSelector"] = Matching(),
                            }
                        ),
                        ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.invalid/app" }),
                    },
                },
            },
        };
    }

    private static async Task WaitAsync(string what, Func<CancellationToken, Task<bool>> holds, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds(cancellationToken))
        {
            if (watch.Elapsed > Limit)
                throw new TimeoutException($"Waited five minutes for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }
    }
}
