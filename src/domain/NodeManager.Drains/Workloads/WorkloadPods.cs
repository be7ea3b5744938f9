namespace NodeManager.Drains.Workloads;

/// <summary>The pods of a workload.</summary>
/// <param name="Title"><c>Kind namespace/name</c>.</param>
/// <param name="MaxUnavailable">Of a Deployment's rolling updates; null otherwise.</param>
internal sealed record WorkloadPods(
    string Title,
    int Ready,
    int Desired,
    IReadOnlyList<UnhealthyPod> Pending,
    IntOrString? MaxUnavailable = null
)
{
    /// <summary>True if none of its pods is progressing: they fit on no node, or cannot start.</summary>
    public bool IsStuck => Pending.Count > 0 && Pending.All(p => !p.Progressing);

    public string Describe()
    {
        string pending = Pending.Count == 0 ? "" : $"; not ready: {string.Join(", ", Pending.Take(3))}{(Pending.Count > 3 ? ", …" : "")}";
        return $"{Ready} of {Desired} pods are ready{pending}";
    }
}
