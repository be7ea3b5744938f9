namespace NodeManager.Maintenance.Batches;

/// <summary>A node of the run, for the choice of batches.</summary>
/// <param name="Group">Nodes of different groups never share a batch.</param>
/// <param name="IsControlPlane">Last and alone.</param>
public sealed record MaintenanceCandidate(
    string Uid,
    string Name,
    string Group,
    bool IsControlPlane,
    bool IsPending,
    bool IsReady,
    bool IsCordoned
)
{
    public bool IsAvailable => IsReady && !IsCordoned;

    /// <summary>Its batch was stuck and has released it: it goes alone, after all others but the control plane.</summary>
    public bool GoesAlone { get; init; }

    /// <summary>The interrupted batch that it belongs to; 0 for a node that is not in progress.</summary>
    public int InterruptedBatch { get; init; }

    /// <summary>Another client had cordoned it, or it was not Ready, when the run began.</summary>
    public bool WasUnavailable { get; init; }

    /// <summary>
    /// Whether it counts as out of service. A node that was unavailable before the run does not count, unless the run has worked on it and
    /// it did not become Ready.
    /// </summary>
    public bool CountsAsUnavailable => !IsAvailable && !(WasUnavailable && (IsPending || IsReady));
}
