using System.Collections.Concurrent;

namespace NodeManager.Sessions;

/// <summary>What to say of a run that was interrupted. Thread-safe.</summary>
internal sealed class MaintenanceSummary(NodeMaintenanceRun started)
{
    private readonly ConcurrentDictionary<string, NodeMaintenanceResult> _nodes = new(started.Nodes.Select(n => KeyValuePair.Create(n.NodeUid, n)));

    /// <summary>The run at its end, where there was time to hear of it.</summary>
    public NodeMaintenanceRun? Ended { get; set; }

    public void Note(NodeMaintenanceResult node) => _nodes[node.NodeUid] = node;

    public override string ToString()
    {
        IReadOnlyCollection<NodeMaintenanceResult> nodes = Ended is { } ended ? ended.Nodes : [.. _nodes.Values];
        string[] done = Names(nodes, NodeMaintenanceStatus.Completed);
        string[] middle = [.. nodes.Where(n => n.Status == NodeMaintenanceStatus.InProgress || (n.Status == NodeMaintenanceStatus.Pending && n.Batch > 0)).Select(n => $"{n.Node} ({n.Step})")];
        string[] failed = Names(nodes, NodeMaintenanceStatus.Failed);
        int left = nodes.Count(n => n is { Status: NodeMaintenanceStatus.Pending, Batch: 0 });
        string[] words =
        [
            $"Maintenance run {started.Id} of {started.Cluster} was interrupted.",
            $"  done: {(done.Length == 0 ? "none" : string.Join(", ", done))}",
            .. middle.Length > 0 ? [$"  in the middle, cordoned: {string.Join(", ", middle)}"] : Array.Empty<string>(),
            .. failed.Length > 0 ? [$"  failed: {string.Join(", ", failed)}"] : Array.Empty<string>(),
            $"  not begun: {left}",
            $"Carry on with: Invoke-NodeMaintenance -ResumeId {started.Id}",
        ];
        return string.Join(Environment.NewLine, words);
    }

    private static string[] Names(IEnumerable<NodeMaintenanceResult> nodes, string status) => [.. nodes.Where(n => n.Status == status).Select(n => n.Node)];
}
