namespace NodeManager.Core.Health.Checks;

/// <summary>The kubelet's conditions beside Ready, and those of network plugins and problem detectors.</summary>
internal static class ConditionRules
{
    private static readonly Dictionary<string, string> Pressures = new(StringComparer.Ordinal)
    {
        [NodeFindingCause.MemoryPressure] = "The node is short of memory; its kubelet evicts pods.",
        [NodeFindingCause.DiskPressure] = "The node is short of disk space; its kubelet removes images and evicts pods.",
        [NodeFindingCause.PidPressure] = "The node is short of process IDs; its kubelet evicts pods.",
    };

    // Types whose True is not a problem although their names do not show it. EtcdIsVoter: k3s and RKE2.
    private static readonly HashSet<string> Ignored = new([.. NodeLifecycleCondition.All, "EtcdIsVoter", "Ready"], StringComparer.Ordinal);

    // With these the node does not run its pods, or soon will not.
    private static readonly HashSet<string> Grave = new(
        [
            NodeProblemCondition.KernelDeadlock,
            NodeProblemCondition.ReadonlyFilesystem,
            NodeProblemCondition.XfsShutdown,
            NodeProblemCondition.CperHardwareErrorFatal,
            NodeProblemCondition.CorruptDockerOverlay2,
            NodeProblemCondition.KubeletUnhealthy,
            NodeProblemCondition.ContainerRuntimeUnhealthy,
        ],
        StringComparer.Ordinal
    );

    public static IEnumerable<HealthSignal> Judge(HealthInput input)
    {
        foreach (Condition condition in input.Node.Status.Conditions ?? [])
        {
            if (Pressures.TryGetValue(condition.Type, out string? pressure))
            {
                if (condition.Status == "True")
                    yield return Signal(input, condition, NodeFindingSeverity.Warning, pressure);
            }
            else if (condition.Type == NodeFindingCause.NetworkUnavailable)
            {
                if (condition.Status == "True")
                    yield return Signal(
                        input,
                        condition,
                        NodeFindingSeverity.Critical,
                        Sentence("The node's network is not configured", condition)
                    );
            }
            else if (!Ignored.Contains(condition.Type) && condition.Status == (IsGoodWhenTrue(condition.Type) ? "False" : "True"))
            {
                string severity = Grave.Contains(condition.Type) ? NodeFindingSeverity.Critical : NodeFindingSeverity.Warning;
                yield return Signal(
                    input,
                    condition,
                    severity,
                    Sentence($"A problem detector reports {condition.Type} {condition.Status}", condition)
                );
            }
        }
    }

    /// <summary>Detectors name a condition for the problem (KernelDeadlock), or for the good state (StorageReady).</summary>
    public static bool IsGoodWhenTrue(string type) =>
        type.EndsWith("Ready", StringComparison.Ordinal)
        || type.EndsWith("Healthy", StringComparison.Ordinal)
        || type.EndsWith("Available", StringComparison.Ordinal);

    private static HealthSignal Signal(HealthInput input, Condition condition, string severity, string message) =>
        new(condition.Type, severity, message, condition.LastTransitionTime, [input.Evidence(condition)]);

    private static string Sentence(string what, Condition condition) =>
        (condition.Message is { Length: > 0 } text ? text : condition.Reason ?? "") is { Length: > 0 } why ? $"{what}: {why}" : what + ".";
}
