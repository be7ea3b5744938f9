namespace NodeManager;

/// <summary>One thing that kept a node from being drained: a budget with the pods that wait for it, a rule's refusal, a permission.</summary>
public sealed class NodeDrainBlocker
{
    /// <summary><c>Budget</c>, <c>DisruptionController</c> (with the name of the budget that it leaves alone), <c>Pod</c>, <c>Permission</c>, <c>Credentials</c>, <c>VolumeAttachment</c>, <c>Replacement</c>, <c>Rollout</c>, <c>Responder</c>, <c>Termination</c>, <c>Node</c> or <c>Server</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is called: <c>namespace/name</c> of the budget or pod, the verb and resource of the permission.</summary>
    public required string Name { get; init; }

    public string Message { get; init; } = "";

    /// <summary>The pods that it holds up, <c>namespace/name</c>.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    /// <summary>Of a budget or replacement: <c>Slow</c> or <c>Never</c>, see <see cref="BudgetOutlook"/>; else empty.</summary>
    public string Outlook { get; init; } = "";

    /// <summary>Of a budget: the pods that it covers; as kubectl prints selectors.</summary>
    public string Selector { get; init; } = "";

    /// <summary>Of a budget: the pods that it covers and does not count as healthy. Of a replacement: the pods that are not ready.</summary>
    public ItemList<UnhealthyPod> UnhealthyPods { get; init; } = ItemList<UnhealthyPod>.Empty;

    /// <summary>What would take it out of the way; empty where only time helps.</summary>
    public string Remedy { get; init; } = "";

    public override string ToString() => $"{(Kind == "Budget" ? "PDB" : Kind)} {Name}: {Message}{(Remedy.Length == 0 ? "" : $"{(Message.EndsWith('.') ? "" : ".")} {Remedy}")}";
}
