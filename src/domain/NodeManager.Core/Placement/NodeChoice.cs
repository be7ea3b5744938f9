using NodeManager.Scheduling;

namespace NodeManager.Core.Placement;

/// <summary>A node as compared by strategies. Shares are of the allocatable amount, 0 to 1.</summary>
/// <param name="Node">With its pods and earlier selections.</param>
/// <param name="Sessions">The pods that count as sessions, with earlier selections.</param>
/// <param name="FreeShare">The mean of the free shares of CPU and memory.</param>
internal sealed record NodeChoice(NodeState Node, FitResult Fit, int Sessions, decimal FreeShare)
{
    public string Name => Node.Name;

    public bool IsEligible => Fit.Verdict == FitVerdict.Fits;
}
