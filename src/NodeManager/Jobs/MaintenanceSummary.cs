using System.Collections.Concurrent;
using NodeManager.Core.Progress;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;

namespace NodeManager.Jobs;

/// <summary>Summarizes an interrupted run: completed nodes, cordoned nodes, and how to resume. Thread-safe.</summary>
internal sealed class MaintenanceSummary(NodeMaintenanceRun started, MaintenanceRequest request)
{
    private readonly ConcurrentDictionary<string, NodeMaintenanceResult> _nodes = new(
        started.Nodes.Select(n => KeyValuePair.Create(n.NodeUid, n))
    );

    /// <summary>The ended run, if its end was observed.</summary>
    public NodeMaintenanceRun? Ended { get; set; }

    /// <summary>False for a run that ended before the interrupt.</summary>
    public bool IsInterrupted => Ended is null or { Status: NodeMaintenanceRunStatus.Interrupted };

    public void Record(NodeMaintenanceResult node) => _nodes[node.NodeUid] = node;

    public override string ToString()
    {
        IEnumerable<NodeMaintenanceResult> known = Ended is { } ended ? ended.Nodes : _nodes.Values;
        List<NodeMaintenanceResult> nodes = [.. known.OrderBy(n => n.Node, StringComparer.Ordinal)];
        List<NodeMaintenanceResult> begun = [.. nodes.Where(MaintenanceFailures.IsBegun)];
        int pending = nodes.Count(n => n.Status == NodeMaintenanceStatus.Pending && !MaintenanceFailures.IsBegun(n));
        string[] lines =
        [
            $"Maintenance run {started.Id} of {started.Cluster} was interrupted.",
            .. Line("done", nodes.Where(n => n.Status is NodeMaintenanceStatus.Completed).Select(n => n.Node), true),
            .. Line("left cordoned", begun.Select(n => n.Step.Length > 0 ? $"{n.Node} ({n.Step})" : n.Node)),
            .. Line("failed", nodes.Where(n => n.Status == NodeMaintenanceStatus.Failed).Select(n => n.Node)),
            $"  not started:   {(pending == 0 ? "none" : Nodes(pending))}",
            "Resume, from this or another machine, with the same command, or with",
            $"  {ResumeCommand.Of(started.Id, request)}",
        ];
        return string.Join(Environment.NewLine, lines);
    }

    private static string[] Line(string title, IEnumerable<string> names, bool isAlways = false)
    {
        string[] all = [.. names];
        return all.Length == 0 && !isAlways
            ? []
            : [$"  {title + ":", -14} {(all.Length == 0 ? "none" : $"{Nodes(all.Length)}: {NameList.Of(all)}")}"];
    }

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";
}
