namespace NodeManager.Drains.Workloads;

/// <summary>A workload with fewer ready pods than desired.</summary>
/// <param name="Title"><c>Kind namespace/name</c>.</param>
internal sealed record MissingPods(string Title, int Ready, int Desired, IReadOnlyList<UnhealthyPod> Pending)
{
    /// <summary>True if none of its pods is progressing: they fit on no node, or cannot start.</summary>
    public bool IsStuck => Pending.Count > 0 && Pending.All(p => !p.Progressing);

    public string Describe()
    {
        string pending = Pending.Count == 0 ? "" : $"; not ready: {string.Join(", ", Pending.Take(3))}{(Pending.Count > 3 ? ", …" : "")}";
        return $"{Ready} of {Desired} pods are ready{pending}";
    }
}
