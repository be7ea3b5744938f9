namespace NodeManager.Core.Nodes.Reading;

/// <summary>The part of a pod's log to read.</summary>
public sealed record PodLogQuery
{
    /// <summary>Null: the regular containers and sidecars, and init containers that have not succeeded.</summary>
    public string? Container { get; init; }

    /// <summary>True: of each container before its last restart.</summary>
    public bool Previous { get; init; }

    /// <summary>The last lines of each container.</summary>
    public int Tail { get; init; } = 100;

    /// <summary>Only lines that were written within this time; null: regardless of their time.</summary>
    public TimeSpan? Since { get; init; }
}
