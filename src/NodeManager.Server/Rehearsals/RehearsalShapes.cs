namespace NodeManager.Server.Rehearsals;

/// <summary>The outcome of a drain in a copy of the cluster.</summary>
/// <param name="Seconds">In the time of the copy.</param>
/// <param name="Pending">Pods that have no node at its end, and had one before or did not exist.</param>
internal sealed record ApiRehearsal(
    IReadOnlyList<ApiRehearsedNode> Nodes,
    double Seconds,
    IReadOnlyList<string> Pending,
    IReadOnlyList<string> Warnings
);

/// <param name="Status">See <see cref="NodeDrainStatus"/>.</param>
/// <param name="Remaining">Pods that it should have evicted and did not.</param>
/// <param name="Seconds">In the time of the copy.</param>
/// <param name="Blockers">Why it has not completed.</param>
internal sealed record ApiRehearsedNode(
    string Node,
    string Status,
    int Evicted,
    int Remaining,
    double Seconds,
    IReadOnlyList<string> Blockers
);
