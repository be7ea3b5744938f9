namespace NodeManager.Core.Health.Checks;

/// <summary>Joins the signals of one incident into one finding; the others become its evidence.</summary>
internal static class Correlation
{
    private static readonly string[] Down = [NodeFindingCause.Unreachable, NodeFindingCause.NotReady, NodeFindingCause.Flapping];

    // Other symptoms of a kubelet or runtime that is not ready or restarts.
    private static readonly string[] OfTheKubelet =
    [
        NodeFindingCause.NetworkUnavailable,
        NodeFindingCause.SystemPodsRestarting,
        NodeProblemCondition.KubeletUnhealthy,
        NodeProblemCondition.ContainerRuntimeUnhealthy,
        NodeProblemCondition.FrequentKubeletRestart,
        NodeProblemCondition.FrequentDockerRestart,
        NodeProblemCondition.FrequentContainerdRestart,
        // Of the node monitoring agent of Amazon EKS.
        "ContainerRuntimeReady",
        "NetworkingReady",
    ];

    private static readonly (string[] Causes, string[] Effects)[] Incidents =
    [
        (Down, OfTheKubelet),
        ([NodeFindingCause.NetworkUnavailable], [NodeFindingCause.SystemPodsRestarting]),
        ([NodeFindingCause.DiskPressure], [NodeFindingCause.ImageGarbageCollection, NodeFindingCause.Evictions]),
        ([NodeFindingCause.MemoryPressure], [NodeFindingCause.Evictions]),
        ([NodeFindingCause.PidPressure], [NodeFindingCause.Evictions]),
        ([NodeFindingCause.ClockSkew], [NodeProblemCondition.NtpProblem]),
    ];

    /// <summary>Returns one signal for each incident.</summary>
    public static IReadOnlyList<HealthSignal> Join(IEnumerable<HealthSignal> signals)
    {
        List<HealthSignal> remaining = [.. signals];
        foreach ((string[] causes, string[] effects) in Incidents)
        {
            int index = remaining.FindIndex(signal => causes.Contains(signal.Cause));
            if (index < 0)
                continue;
            HealthSignal cause = remaining[index];
            HealthSignal[] joined = [.. remaining.Where(signal => effects.Contains(signal.Cause))];
            if (joined.Length == 0)
                continue;
            remaining[index] = cause with { Evidence = [.. cause.Evidence, .. joined.SelectMany(static signal => signal.Evidence)] };
            remaining.RemoveAll(joined.Contains);
        }

        return remaining;
    }
}
