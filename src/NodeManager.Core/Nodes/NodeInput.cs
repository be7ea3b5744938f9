namespace NodeManager.Core.Nodes;

/// <summary>Checks what users give before anything is sent. Every value that is wrong is named, with Kubernetes' rule.</summary>
internal static class NodeInput
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    /// <summary>
    /// What controllers set and put back. <c>node.cloudprovider.kubernetes.io/uninitialized</c> is none of them: nobody puts it back.
    /// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
    /// </summary>
    private static readonly Dictionary<string, string> ControllerTaints = new(StringComparer.Ordinal)
    {
        ["node.kubernetes.io/unschedulable"] = "it follows the cordon: use Suspend-NodeScheduling and Resume-NodeScheduling",
        ["node.kubernetes.io/not-ready"] = "it follows the node's Ready condition",
        ["node.kubernetes.io/unreachable"] = "it follows the node's Ready condition",
        ["node.kubernetes.io/memory-pressure"] = "it follows the node's MemoryPressure condition",
        ["node.kubernetes.io/disk-pressure"] = "it follows the node's DiskPressure condition",
        ["node.kubernetes.io/pid-pressure"] = "it follows the node's PIDPressure condition",
        ["node.kubernetes.io/network-unavailable"] = "it follows the node's NetworkUnavailable condition",
    };

    /// <summary>The name as Kubernetes has it, which is in lower case.</summary>
    public static string NodeName(string name) => name.ToLowerInvariant();

    public static void CheckLabels(IReadOnlyDictionary<string, string> labels) => CheckLabelKeys(labels.Keys);

    public static void CheckLabelKeys(IEnumerable<string> keys)
    {
    }

    public static void CheckAnnotationKeys(IEnumerable<string> keys)
    {
    }

    public static void CheckSelector(string? selector)
    {
    }

    public static void CheckTaints(IReadOnlyList<NodeTaint> taints)
    {
        foreach (NodeTaint taint in taints) RefuseControllers(taint.Key);
        foreach (NodeTaint taint in taints) CheckEffect(taint.Key, taint.Effect);
    }

    public static void CheckTaintKeys(IReadOnlyList<(string Key, string? Effect)> taints)
    {
        foreach ((string key, string? effect) in taints)
        {
            RefuseControllers(key);
            if (effect is not null) CheckEffect(key, effect);
        }
    }

    private static void CheckEffect(string key, string effect)
    {
        if (!Effects.Contains(effect, StringComparer.Ordinal))
            throw new NodeManagerException(
                ErrorIds.InvalidTaint, ErrorKind.InvalidArgument,
                $"The taint '{key}' cannot have the effect '{effect}': Kubernetes knows {string.Join(", ", Effects)}.", effect, "Use one of these effects.");
    }

    private static void RefuseControllers(string key)
    {
        if (ControllerTaints.TryGetValue(key, out string? why))
            throw new NodeManagerException(
                ErrorIds.TaintOwnedByController, ErrorKind.InvalidOperation,
                $"The taint '{key}' is a controller's, which would put it back as it was: {why}.", key, "Change what it follows instead.");
    }
}
