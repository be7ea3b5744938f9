namespace NodeManager;

/// <summary>A reason why a node was not drained: a PDB with the pods that wait for it, a refusal by a rule, a missing permission.</summary>
public sealed class NodeDrainBlocker
{
    /// <summary><c>Budget</c>, <c>DisruptionController</c> (with the name of the PDB that it does not update), <c>Workload</c> (its limit of unavailable pods), <c>Operation</c> (another one holds the node's lock), <c>Pod</c>, <c>Permission</c>, <c>Credentials</c>, <c>VolumeAttachment</c>, <c>Replacement</c>, <c>Rollout</c>, <c>Responder</c>, <c>Termination</c>, <c>Node</c> or <c>Server</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>namespace/name</c> of the PDB or pod, or the verb and resource of the permission.</summary>
    public required string Name { get; init; }

    public string Message { get; init; } = "";

    /// <summary>The pods that it blocks, <c>namespace/name</c>.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    /// <summary>Of a PDB or replacement: <c>Slow</c> or <c>Never</c>, see <see cref="BudgetOutlook"/>; else empty.</summary>
    public string Outlook { get; init; } = "";

    /// <summary>Of a PDB: its selector, as kubectl prints selectors.</summary>
    public string Selector { get; init; } = "";

    /// <summary>Of a PDB: the pods that it covers and does not count as healthy. Of a replacement: the pods that are not ready.</summary>
    public ItemList<UnhealthyPod> UnhealthyPods { get; init; } = ItemList<UnhealthyPod>.Empty;

    /// <summary>
    /// The last warnings about the pods that are not ready or do not end, the newest first, such as <c>web-7d9f: Unhealthy (12 times, last 3s
    /// ago): Readiness probe failed</c>. Empty without the permission to list Events.
    /// </summary>
    public ItemList<string> Events { get; internal set; } = ItemList<string>.Empty;

    /// <summary>How to remove the blocker; empty where only waiting helps.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>Of a refused pod: see <see cref="NodeDrainPlanPod.PermittedBy"/>.</summary>
    public ItemList<string> PermittedBy { get; init; } = ItemList<string>.Empty;

    public override string ToString() =>
        $"{(Kind == "Budget" ? "PDB" : Kind)} {Name}: {Message}{(Remedy.Length == 0 ? "" : $"{(Message.EndsWith('.') ? "" : ".")} {Remedy}")}";
}
