namespace NodeManager.Drains.Workloads;

/// <summary>
/// Why the pods of a workload wait. All of them share it, because a change for each waiting pod at each event of a workload with a thousand
/// pods costs more than the drain. Thread-safe.
/// </summary>
internal sealed class WorkloadWait(string workload)
{
    private volatile Shortage? _shortage;

    /// <summary><c>Kind namespace/name</c>.</summary>
    public string Workload { get; } = workload;

    /// <summary>The text for the state that was counted last.</summary>
    public string Reason =>
        _shortage is { } last
            ? $"{Workload}: {last.Pods.Describe()}; at most {last.Limit} may be unavailable while several nodes are drained."
            : "";

    public void Update(WorkloadPods pods, int limit) => _shortage = new(pods, limit);

    private sealed record Shortage(WorkloadPods Pods, int Limit);
}
