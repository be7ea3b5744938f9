using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Autoscaling.Claims;

/// <summary>Whether a node that has registered can take the pods that its machine was made for. Pure.</summary>
internal static class NodeInitialization
{
    // A machine's kernel and firmware keep a part of its memory.
    private const decimal VisibleMemory = 0.9m;

    // The kubelet's and the cloud provider's own, until they have looked at the node.
    private static readonly string[] Temporary = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.cloudprovider.kubernetes.io/uninitialized"];

    /// <summary>Null where it can; otherwise what is missing.</summary>
    public static (string Reason, string Message)? Check(NodeSmithClaim claim, NodeSmithPool? pool, Node node)
    {
        string name = node.Metadata.Name;
        Condition? ready = node.Status.Conditions.Find("Ready");
        if (ready?.Status != "True") return ("NodeNotReady", $"Node {name} is not Ready{(ready?.Message is { Length: > 0 } why ? $": {why}" : ".")}");
        foreach (Taint taint in node.Spec.Taints ?? [])
        {
            if (Temporary.Contains(taint.Key)) return ("NodeNotReady", $"Node {name} has the taint {taint.Key}.");
            if (pool?.Spec.MachineTemplate.StartupTaints?.Exists(one => one.Key == taint.Key && one.Effect == taint.Effect) == true)
                return ("StartupTaints", $"Node {name} has the startup taint {taint.Key}:{taint.Effect}.");
        }

        if (Lacks(node, "cpu", claim.Spec.Requirements?.CpuCores, 1) is { } cpu) return ("ResourcesMissing", $"Node {name} {cpu} of CPU.");
        if (Lacks(node, "memory", claim.Spec.Requirements?.MemoryMiB is { } mebibytes ? mebibytes << 20 : null, VisibleMemory) is { } memory)
            return ("ResourcesMissing", $"Node {name} {memory} of memory.");
        return null;
    }

    private static string? Lacks(Node node, string resource, long? wanted, decimal share)
    {
        Quantity? capacity = node.Status.Capacity?.TryGetValue(resource, out Quantity found) == true ? found : null;
        if (capacity is null || node.Status.Allocatable?.ContainsKey(resource) != true) return "reports no amount";
        return wanted is { } amount && capacity.Value.Value < amount * share ? $"has {capacity} of {amount}" : null;
    }
}
