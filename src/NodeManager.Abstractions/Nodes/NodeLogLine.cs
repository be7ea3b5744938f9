namespace NodeManager;

/// <summary>A line of a log of a node. Piped to a command for nodes, it refers to that node.</summary>
public sealed class NodeLogLine : ClusterObject
{
    public required string NodeName { get; init; }

    public string NodeUid { get; init; } = "";

    /// <summary>The service or file that was asked for, such as <c>kubelet</c>.</summary>
    public required string Query { get; init; }

    /// <summary>When the line was written, by the clock of the node. Null for lines of files, and of nodes with Windows.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The process that wrote the line, as <c>kubelet[812]</c>; empty for lines of files.</summary>
    public string Source { get; init; } = "";

    /// <summary>The line without its time and source. Control characters other than tabs are escaped, as <c>\u001B</c>.</summary>
    public string Text { get; init; } = "";

    public override string ToString() => Text;
}
