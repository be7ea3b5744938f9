using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>The start of a simulated machine and of its kubelet.</summary>
internal static class NodeBoot
{
    /// <summary>Gives the node a new boot ID; its containers restart by their restart policies.</summary>
    public static void Record(ControllerContext context, StoredObject node)
    {
        uint moment = StableHash.Of(context.Registry.Now);
        string boot = Guid.Parse(
                $"{moment:x8}{StableHash.Of(node.Name, 4):x8}{StableHash.Of(node.Name, (int)moment):x8}{StableHash.Of(node.Uid, 5):x8}"
            )
            .ToString();
        context.Registry.UpdateStatus(node, document => document.Ensure("status").Ensure("nodeInfo")["bootID"] = boot);
        context.Events.Warning(node, "kubelet", "Rebooted", $"Node {node.Name} has been rebooted, boot id: {boot}");
    }

    /// <summary>Records the events of a kubelet that starts.</summary>
    public static void RecordStart(ControllerContext context, StoredObject node)
    {
        context.Events.Normal(node, "kubelet", "Starting", "Starting kubelet.");
        foreach (string state in (ReadOnlySpan<string>)["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"])
            context.Events.Normal(node, "kubelet", state, $"Node {node.Name} status is now: {state}");
        context.Events.Normal(node, "kubelet", "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
    }
}
