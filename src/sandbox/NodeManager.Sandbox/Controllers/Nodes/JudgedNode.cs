namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>What the monitor remembers of one node between its passes.</summary>
internal sealed class JudgedNode(string uid)
{
    public string Uid { get; } = uid;

    /// <summary>The resourceVersion that the rest was read from.</summary>
    public long Version { get; set; } = -1;

    public NodeZone Zone { get; set; }

    /// <summary>True if the node does not count for its zone's state.</summary>
    public bool IsExcluded { get; set; }

    /// <summary>The status of its Ready condition; empty if its kubelet never posted one.</summary>
    public string Ready { get; set; } = "";

    /// <summary>Silence counts from here at the earliest.</summary>
    public DateTimeOffset SilentFrom { get; set; }

    /// <summary>Unless the node reports until then, it is lost.</summary>
    public DateTimeOffset Deadline { get; set; }
}
