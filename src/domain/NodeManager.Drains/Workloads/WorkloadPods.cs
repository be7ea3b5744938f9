namespace NodeManager.Drains.Workloads;

/// <summary>The pods of a workload.</summary>
/// <param name="Title"><c>Kind namespace/name</c>.</param>
/// <param name="Pending">In no order.</param>
/// <param name="MaxUnavailable">Of a Deployment's rolling updates; null otherwise.</param>
internal sealed record WorkloadPods(
    string Title,
    int Ready,
    int Desired,
    IReadOnlyList<UnhealthyPod> Pending,
    IntOrString? MaxUnavailable = null
)
{
    public IEnumerable<UnhealthyPod> PendingByName => Pending.OrderBy(static p => p.Name, StringComparer.Ordinal);

    /// <summary>True if none of its pods is progressing: they fit on no node, or cannot start.</summary>
    public bool IsStuck => Pending.Count > 0 && Pending.All(p => !p.Progressing);

    /// <param name="named">How many of the pods that are not ready are named with the reason.</param>
    public string Describe(int named = 3)
    {
        string pending =
            Pending.Count == 0 ? "" : $"; not ready: {string.Join(", ", PendingByName.Take(named))}{(Pending.Count > named ? ", …" : "")}";
        return $"{Ready} of {Desired} pods are ready{pending}";
    }
}
