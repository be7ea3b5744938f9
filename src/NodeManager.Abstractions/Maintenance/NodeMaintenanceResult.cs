namespace NodeManager;

/// <summary>The result or state of one node in a maintenance.</summary>
public sealed class NodeMaintenanceResult : ClusterObject
{
    /// <summary>The run that it belongs to.</summary>
    public required string RunId { get; init; }

    public required string Node { get; init; }

    /// <summary>The UID of the node; a node that registers again under the name has another.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary>See <see cref="NodeMaintenanceStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Counts from 1; 0 while its turn has not come.</summary>
    public int Batch { get; init; }

    /// <summary>The value of the label that <c>-TopologyKey</c> names; empty without.</summary>
    public string Group { get; init; } = "";

    public ItemList<NodeMaintenanceStep> Steps { get; init; } = ItemList<NodeMaintenanceStep>.Empty;

    /// <summary>The step in progress, or the one that failed; empty otherwise.</summary>
    public string Step => Steps.LastOrDefault(s => s.EndedAt is null)?.Name ?? "";

    /// <summary>True when another client had cordoned it before the run: it stays cordoned.</summary>
    public bool WasCordoned { get; init; }

    /// <summary>How the drain ended; null where none was made by this process.</summary>
    public NodeDrainResult? Drain { get; init; }

    /// <summary>The exit code of the command on the node; null if there is none, or it has not ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>
    /// The output of the script block or the command: objects or all its lines if it ended in this process, otherwise its last 40 lines as text.
    /// </summary>
    public ItemList<object> Output { get; init; } = ItemList<object>.Empty;

    /// <summary>Of a detached run: what the node's drain waits for, or failed on.</summary>
    public ItemList<string> Blockers { get; init; } = ItemList<string>.Empty;

    /// <summary>Why it failed; empty when it did not.</summary>
    public string Error { get; init; } = "";

    /// <summary>Further information.</summary>
    public string Message { get; init; } = "";

    public DateTimeOffset? StartedAt => Steps.FirstOrDefault(s => s.Name != NodeMaintenanceStepName.Claim)?.StartedAt;

    /// <summary>From the cordon to the last step that ended; null before.</summary>
    public TimeSpan? Duration =>
        Steps.LastOrDefault(s => s.EndedAt is not null && s.Name != NodeMaintenanceStepName.Claim)?.EndedAt - StartedAt;

    public override string ToString() => $"{Node}: {Status}";
}
