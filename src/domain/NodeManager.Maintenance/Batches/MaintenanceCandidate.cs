namespace NodeManager.Maintenance.Batches;

/// <summary>A node of the run as batches see it.</summary>
/// <param name="Uid">Of the node.</param>
/// <param name="Name">Of the node.</param>
/// <param name="Group">Nodes of different groups never go together.</param>
/// <param name="IsControlPlane">Goes last and alone.</param>
/// <param name="IsPending">Its turn is to come.</param>
/// <param name="IsReady">It reports Ready.</param>
/// <param name="IsCordoned">It takes no pods.</param>
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

    /// <summary>Its batch was stuck and has given it back: it goes alone, after all others but the control plane.</summary>
    public bool GoesAlone { get; init; }

    /// <summary>Another client had cordoned it, or it was not Ready, when the run began.</summary>
    public bool WasUnavailable { get; init; }

    /// <summary>
    /// Whether it takes a place of those that may be out of service: what was out before the run is not of its making, unless the run has
    /// worked on it and it did not become Ready.
    /// </summary>
    public bool TakesPlace => !IsAvailable && !(WasUnavailable && (IsPending || IsReady));
}
