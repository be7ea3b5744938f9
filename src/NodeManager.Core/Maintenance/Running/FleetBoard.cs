using NodeManager.Core.Drain.State;
using NodeManager.Core.Maintenance.State;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Maintenance.Running;

/// <summary>All nodes of the cluster as a watch tells of them. Thread-safe.</summary>
internal sealed class FleetBoard : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _uidByName = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly WatchedObjects<Node> _watch;
    private Task _watching = Task.CompletedTask;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FleetBoard(MaintenanceScope scope) => _watch = new(scope.Client, Resources.Nodes, new()) { OnChange = Apply };

    /// <summary>Begins to watch; ends when all nodes are known.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = _watch.RunAsync(_stop.Token);
        return _watch.Synced.WaitAsync(cancellationToken);
    }

    /// <summary>The node of this UID (null: gone), and a task that ends when that changes.</summary>
    public (Node? Node, Task Changed) Look(string uid) => _watch.Look(uid);

    public Node? Find(string uid) => _watch.Find(uid);

    /// <summary>All that there are, and a task that ends when any of them changes.</summary>
    public (IReadOnlyCollection<Node> Nodes, Task Changed) LookAtAll()
    {
        lock (_lock) return ([.. _uidByName.Values.Select(_watch.Find).OfType<Node>()], _changed.Task);
    }

    /// <summary>Waits until the board shows what was written, or the node gone.</summary>
    public async Task UntilAsync(string uid, Func<Node, bool> isSeen, CancellationToken cancellationToken)
    {
        while (true)
        {
            (Node? node, Task changed) = Look(uid);
            if (node is null || isSeen(node)) return;
            await changed.WaitAsync(cancellationToken);
        }
    }

    public static bool IsReady(Node node) => NodeMapper.ConditionStatus(node, "Ready") == "True";

    public static bool IsControlPlane(Node node) => node.Metadata.Labels is { } labels
        && (labels.ContainsKey(WellKnownLabels.RolePrefix + "control-plane") || labels.ContainsKey(WellKnownLabels.RolePrefix + "master"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private void Apply(Node node, bool isGone)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            // One that registered anew while the watch was away takes the place of the former, whose going may be told later.
            string uid = node.Metadata.Uid ?? "";
            if (!isGone) _uidByName[node.Metadata.Name] = uid;
            else if (_uidByName.GetValueOrDefault(node.Metadata.Name) == uid) _uidByName.Remove(node.Metadata.Name);
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.TrySetResult();
    }
}
