namespace NodeManager.Core.Maintenance.Rules;

/// <summary>A node of the run as batches see it.</summary>
/// <param name="Uid">Of the node.</param>
/// <param name="Name">Of the node.</param>
/// <param name="Group">Nodes of different groups never go together.</param>
/// <param name="IsControlPlane">Goes last and alone.</param>
/// <param name="IsPending">Its turn is to come.</param>
/// <param name="IsReady">It reports Ready.</param>
/// <param name="IsCordoned">It takes no pods.</param>
public sealed record MaintenanceCandidate(
    string Uid, string Name, string Group, bool IsControlPlane, bool IsPending, bool IsReady, bool IsCordoned)
{
    public bool IsAvailable => IsReady && !IsCordoned;
}
