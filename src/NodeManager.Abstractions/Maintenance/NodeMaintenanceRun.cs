namespace NodeManager;

/// <summary>A maintenance of several nodes, in progress or past.</summary>
public sealed class NodeMaintenanceRun : ClusterObject
{
    /// <summary>To resume it: <c>Invoke-NodeMaintenance -ResumeId</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The namespace of its ConfigMap and its Lease.</summary>
    public string Namespace { get; init; } = "";

    /// <summary><c>Maintenance</c>, or <c>Drain</c> where the nodes are left cordoned (<c>Invoke-NodeDrain -Detach</c>).</summary>
    public string Type { get; init; } = "Maintenance";

    /// <summary>True where the NodeManager server of the cluster carries it out (<c>-Detach</c>).</summary>
    public bool IsDetached { get; init; }

    /// <summary>See <see cref="NodeMaintenanceRunStatus"/>.</summary>
    public required string Status { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>The user and machine that started it, as <c>user@machine</c>.</summary>
    public string StartedBy { get; init; } = "";

    /// <summary>The process that carries it out, or did so last: <c>user@machine/process</c>.</summary>
    public string Holder { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while it is not over.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the run's record was read.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    public TimeSpan Duration => (EndedAt ?? ObservedAt) - StartedAt;

    public ItemList<NodeMaintenanceResult> Nodes { get; init; } = ItemList<NodeMaintenanceResult>.Empty;

    public string MaxUnavailable { get; init; } = "";

    public string TopologyKey { get; init; } = "";

    public ItemList<string> Window { get; init; } = ItemList<string>.Empty;

    public string OnError { get; init; } = "";

    /// <summary>The command that runs as root on each node; empty without.</summary>
    public string NodeCommand { get; init; } = "";

    public int Completed => Count(NodeMaintenanceStatus.Completed);

    public int Failed => Count(NodeMaintenanceStatus.Failed);

    public int Deleted => Count(NodeMaintenanceStatus.Deleted);

    public int Skipped => Count(NodeMaintenanceStatus.Skipped);

    /// <summary>Nodes whose turn is to come or whose work is not done.</summary>
    public int Remaining => Count(NodeMaintenanceStatus.Pending) + Count(NodeMaintenanceStatus.InProgress);

    /// <summary>The blockers of drains: <c>node: PDB, pod or permission</c>.</summary>
    public ItemList<string> Blockers => new([.. Nodes.SelectMany(static node => node.Blockers.Select(one => $"{node.Node}: {one}"))]);

    /// <summary>The command to resume it; empty while a process works on it, and where it is complete.</summary>
    public string ResumeCommand { get; init; } = "";

    /// <summary>The current or last step, in a sentence.</summary>
    public string Message { get; init; } = "";

    public override string ToString() => Id;

    private int Count(string status) => Nodes.Count(n => n.Status == status);
}
