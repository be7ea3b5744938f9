using NodeManager.Core.Nodes.Commands;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// Skips the pod of a command on the node: an eviction would end the command in the middle, or delete its result before it was read.
/// </summary>
internal static class NodeCommandRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context) =>
        NodeCommandPod.Is(pod, context.Options.CommandNamespace)
            ? new(
                "NodeCommand",
                DrainDecision.Skip,
                "Runs a command as root on the node; the pod ends with its command.",
                pod.IsFinished() ? null : "It runs a command as root on the node, which continues during the drain."
            )
            : null;
}
