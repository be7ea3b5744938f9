using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Conformance.Pools;

/// <summary>
/// The embedded pool service for a cluster that is not embedded. Each machine of its platform has a node in that cluster, and leaves the platform
/// once that node is drained and deleted, as PDBs allow.
/// </summary>
internal sealed class RemotePlatform : IAsyncDisposable
{
    private const string Ns = "default",
        Holder = "holder",
        PoolLabel = "nodepool",
        LeavingAnnotation = "sandbox.nodemanager/pool-leaving";

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private static readonly Dictionary<string, string> Held = new() { ["app"] = Holder };

    private readonly TestCluster _cluster;
    private readonly PacedTimeProvider _pace = new();
    private readonly SandboxCluster _sandbox;
    private readonly KubernetesClient _machines;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _running;

    public RemotePlatform(TestCluster cluster, double speed)
    {
        _cluster = cluster;
        _sandbox = SandboxCluster.Start(
            new()
            {
                Nodes = 0,
                Speed = speed,
                Time = _pace,
            }
        );
        _machines = new(_sandbox.Server, _sandbox.CreateTransport());
        _running = RunAsync(_stopped.Token);
    }

    public SandboxPoolService Pools => _sandbox.Pools;

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _machines.Dispose();
        _sandbox.Dispose();
        _pace.Dispose();
        _stopped.Dispose();
    }

    private async Task RunAsync(CancellationToken stopped)
    {
        await _machines.CreateManifestAsync(
            Resources.PodDisruptionBudgets("v1"),
            Manifests.Budget("v1", Holder, Held, "minAvailable", 10_000),
            Ns,
            stopped
        );
        while (true)
        {
            await Task.Delay(Period, stopped);
            foreach (Node machine in (await _machines.ListAsync(Resources.Nodes, new() { LabelSelector = PoolLabel }, stopped)).Items)
            {
                try
                {
                    if (_known.Add(machine.Metadata.Name))
                        await AppearAsync(machine, stopped);
                    if (
                        machine.Metadata.Annotations?.ContainsKey(LeavingAnnotation) == true
                        && await IsGoneAsync(machine.Metadata.Name, stopped)
                    )
                        await LetGoAsync(machine.Metadata.Name, stopped);
                }
                catch (KubernetesException e) when (e.Code is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
                {
                    // It is going already.
                }
            }
        }
    }

    private async Task AppearAsync(Node machine, CancellationToken cancellationToken)
    {
        // Keeps the machine in the platform as long as its node is in the cluster.
        await _machines.CreateManifestAsync(
            Resources.Pods,
            Manifests.Pod(machine.Metadata.Name, machine.Metadata.Name, Held),
            Ns,
            cancellationToken
        );
        JsonObject node = Manifests.Node(machine.Metadata.Name, machine.Metadata.Labels!);
        node["metadata"]!["annotations"] = new JsonObject(
            machine
                .Metadata.Annotations!.Where(static one => one.Key.StartsWith("sandbox.nodemanager/", StringComparison.Ordinal))
                .Select(static one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.Value))
        );
        await _cluster.Client.CreateManifestAsync(Resources.Nodes, node, null, cancellationToken);
    }

    // As platforms do: cordoned, evicted as PDBs allow, deleted.
    private async Task<bool> IsGoneAsync(string name, CancellationToken cancellationToken)
    {
        if (!await _cluster.ExistsAsync(Resources.Nodes, name))
            return true;
        await _cluster.Client.PatchAsync(
            Resources.Nodes,
            name,
            null,
            Patch.Merge(new() { ["spec"] = new JsonObject { ["unschedulable"] = true } }),
            null,
            RequestOptions.Default,
            cancellationToken
        );
        List<Pod> pods = (
            await _cluster.Client.ListAsync(Resources.Pods, new() { FieldSelector = "spec.nodeName=" + name }, cancellationToken)
        ).Items;
        foreach (Pod pod in pods.Where(static one => one.Metadata.DeletionTimestamp is null))
        {
            try
            {
                await _cluster.Client.EvictAsync(pod.Metadata.Name, pod.Metadata.Namespace!, new(), cancellationToken);
            }
            catch (KubernetesException refused) when (refused.Code is HttpStatusCode.TooManyRequests or HttpStatusCode.NotFound)
            {
                // By a PDB, or another client was faster.
            }
        }

        if (pods.Count > 0)
            return false;
        await _cluster.Client.DeleteAsync(Resources.Nodes, name, null, new(), cancellationToken);
        return true;
    }

    private Task LetGoAsync(string machine, CancellationToken cancellationToken) =>
        _machines.DeleteAsync(Resources.Pods, machine, Ns, new() { GracePeriodSeconds = 0 }, cancellationToken);
}
