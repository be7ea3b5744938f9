namespace NodeManager;

/// <summary>A line of the log of a pod's container.</summary>
public sealed class PodLogLine : ClusterObject
{
    public required string Namespace { get; init; }

    public required string PodName { get; init; }

    public string PodUid { get; init; } = "";

    /// <summary>The node that the pod is bound to.</summary>
    public string NodeName { get; init; } = "";

    public required string Container { get; init; }

    /// <summary>True for the log of the container before its last restart.</summary>
    public bool IsPrevious { get; init; }

    /// <summary>When the container wrote the line, by the clock of its node.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The line without its line break. Control characters other than tabs are escaped, as <c>\u001B</c>.</summary>
    public string Text { get; init; } = "";

    public override string ToString() => Text;
}
