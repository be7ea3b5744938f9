namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>The monitor's state of a node between passes.</summary>
internal sealed class JudgedNode(string uid)
{
    public string Uid { get; } = uid;

    /// <summary>The resourceVersion that was read last.</summary>
    public long Version { get; set; } = -1;

    public NodeZone Zone { get; set; }

    /// <summary>The node does not count for its zone's state.</summary>
    public bool IsExcluded { get; set; }

    /// <summary>The status of its Ready condition; empty if its kubelet never reported one.</summary>
    public string Ready { get; set; } = "";

    /// <summary>Neither tainted for its health nor queued for a taint at this version.</summary>
    public bool IsReachable { get; set; }

    /// <summary>Silence counts from here at the earliest.</summary>
    public DateTimeOffset SilentFrom { get; set; }

    /// <summary>When the node is lost without a report.</summary>
    public DateTimeOffset Deadline { get; set; }
}
