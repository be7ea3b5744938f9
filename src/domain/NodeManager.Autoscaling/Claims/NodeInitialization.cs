namespace NodeManager.Autoscaling.Claims;

/// <summary>Whether a registered node can take the pods that its machine was created for.</summary>
internal static class NodeInitialization
{
    /// <summary>The node has less than its claim requires.</summary>
    public const string Smaller = "ResourcesMissing";

    // A machine's kernel and firmware reserve a part of its memory.
    private const decimal VisibleMemory = 0.9m;

    // Set by the kubelet and the cloud provider until they have initialized the node.
    private static readonly string[] Temporary =
    [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
        "node.cloudprovider.kubernetes.io/uninitialized",
    ];

    /// <summary>Null if it can; otherwise the missing part.</summary>
    public static (string Reason, string Message)? Check(NodeSmithClaim claim, NodeSmithPool? pool, Node node)
    {
        string name = node.Metadata.Name;
        Condition? ready = node.Status.Conditions.Find("Ready");
        if (ready?.Status != "True")
            return ("NodeNotReady", $"Node {name} is not Ready{(ready?.Message is { Length: > 0 } why ? $": {why}" : ".")}");
        foreach (Taint taint in node.Spec.Taints ?? [])
        {
            if (Temporary.Contains(taint.Key))
                return ("NodeNotReady", $"Node {name} has the taint {taint.Key}.");
            if (pool?.Spec.MachineTemplate.StartupTaints?.Exists(one => one.Key == taint.Key && one.Effect == taint.Effect) == true)
                return ("StartupTaints", $"Node {name} has the startup taint {taint.Key}:{taint.Effect}.");
        }

        foreach (string resource in (string[])["cpu", "memory"])
        {
            if (node.Status.Capacity?.ContainsKey(resource) != true || node.Status.Allocatable?.ContainsKey(resource) != true)
                return ("ResourcesUnknown", $"Node {name} reports no amount of {resource}.");
        }

        // As Karpenter: a device plugin registers later than the kubelet, and pods for its devices are placed meanwhile.
        if (pool is not null)
            foreach ((string resource, decimal amount) in ExpectedResources.Of(pool, claim.Spec.Shape))
                if (
                    amount > 0
                    && ExpectedResources.IsDevice(resource)
                    && (node.Status.Allocatable?.GetValueOrDefault(resource) ?? default).Value == 0
                )
                    return (
                        Smaller,
                        FormattableString.Invariant(
                            $"Node {name} reports no {resource} yet; {amount:0.###} expected (is its device plugin running?)."
                        )
                    );

        return Lacks(node, "cpu", claim.Spec.Requirements?.CpuCores, 1)
            ?? Lacks(node, "memory", claim.Spec.Requirements?.MemoryMiB is { } mebibytes ? mebibytes << 20 : null, VisibleMemory);
    }

    private static (string Reason, string Message)? Lacks(Node node, string resource, long? requested, decimal share) =>
        node.Status.Capacity![resource] is var capacity && requested is { } amount && capacity.Value < amount * share
            ? (Smaller, $"Node {node.Metadata.Name} has {capacity} of {amount} {resource}.")
            : null;
}
