using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Core.Nodes;

/// <summary>Validates user input before any request. The error names every invalid value with Kubernetes' rule.</summary>
public static class NodeInput
{
    /// <summary>
    /// Taints that controllers set and restore. <c>node.cloudprovider.kubernetes.io/uninitialized</c> is not one of them: no controller
    /// restores it. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
    /// </summary>
    private static readonly Dictionary<string, string> ControllerTaints = new(StringComparer.Ordinal)
    {
        ["node.kubernetes.io/unschedulable"] = "it follows the cordon; use Suspend-NodeScheduling and Resume-NodeScheduling",
        ["node.kubernetes.io/not-ready"] = "it follows the node's Ready condition",
        ["node.kubernetes.io/unreachable"] = "it follows the node's Ready condition",
        ["node.kubernetes.io/memory-pressure"] = "it follows the node's MemoryPressure condition",
        ["node.kubernetes.io/disk-pressure"] = "it follows the node's DiskPressure condition",
        ["node.kubernetes.io/pid-pressure"] = "it follows the node's PIDPressure condition",
        ["node.kubernetes.io/network-unavailable"] = "it follows the node's NetworkUnavailable condition",
    };

    /// <summary>The name in lower case, as Kubernetes requires.</summary>
    /// <exception cref="NodeManagerException">InvalidNodeName.</exception>
    public static string NodeName(string name)
    {
        string lower = name.ToLowerInvariant();
        return KubernetesNames.CheckSubdomain(lower) is { } rule ? throw InvalidName(name, rule) : lower;
    }

    /// <exception cref="NodeManagerException">InvalidNodeName.</exception>
    public static void RequireName(string name) => _ = NodeName(name);

    /// <summary>The error for an invalid name; null for a valid one.</summary>
    public static NodeManagerException? CheckName(string name) =>
        KubernetesNames.CheckSubdomain(name.ToLowerInvariant()) is { } rule ? InvalidName(name, rule) : null;

    /// <exception cref="NodeManagerException">InvalidLabelKey, InvalidLabelValue.</exception>
    public static void CheckLabels(IReadOnlyDictionary<string, string> labels)
    {
        CheckLabelKeys(labels.Keys);
        Refuse(
            ErrorIds.InvalidLabelValue,
            "label value",
            labels.Select(l => (Text: $"{l.Value}' of '{l.Key}", l.Value, Rule: LabelRules.CheckValue(l.Value))),
            "Correct the values; nothing was changed."
        );
    }

    /// <exception cref="NodeManagerException">InvalidLabelKey.</exception>
    public static void CheckLabelKeys(IEnumerable<string> keys) =>
        Refuse(
            ErrorIds.InvalidLabelKey,
            "label key",
            keys.Select(k => (k, k, LabelRules.CheckKey(k))),
            "Correct the keys; nothing was changed."
        );

    /// <exception cref="NodeManagerException">InvalidAnnotationKey.</exception>
    public static void CheckAnnotationKeys(IEnumerable<string> keys) =>
        Refuse(
            ErrorIds.InvalidAnnotationKey,
            "annotation key",
            keys.Select(k => (k, k, LabelRules.CheckAnnotationKey(k))),
            "Correct the keys; nothing was changed."
        );

    /// <exception cref="NodeManagerException">TaintOwnedByController, InvalidTaint.</exception>
    public static void CheckTaints(IReadOnlyList<NodeTaint> taints)
    {
        foreach (NodeTaint taint in taints)
            RefuseControllers(taint.Key);
        RefuseTaints(
            taints.Select(t =>
                (t.ToString(), Join(TaintRules.CheckKey(t.Key), TaintRules.CheckValue(t.Value), TaintRules.CheckEffect(t.Effect)))
            )
        );
        if (taints.GroupBy(t => (t.Key, t.Effect)).FirstOrDefault(g => g.Select(t => t.Value).Distinct().Count() > 1) is { } twice)
            RefuseTaints([($"{twice.Key.Key}:{twice.Key.Effect}", "several values are given for one key and effect")]);
    }

    /// <exception cref="NodeManagerException">TaintOwnedByController, InvalidTaint.</exception>
    public static void CheckTaintKeys(IReadOnlyList<(string Key, string? Effect)> taints)
    {
        foreach ((string key, _) in taints)
            RefuseControllers(key);
        RefuseTaints(
            taints.Select(t =>
                (
                    t.Effect is null ? t.Key : $"{t.Key}:{t.Effect}",
                    Join(
                        KeyPatterns.IsPattern(t.Key) ? null : TaintRules.CheckKey(t.Key),
                        t.Effect is null ? null : TaintRules.CheckEffect(t.Effect)
                    )
                )
            )
        );
    }

    /// <summary>True if a controller sets and restores the taint.</summary>
    public static bool IsControllerTaint(string key) => ControllerTaints.ContainsKey(key);

    /// <exception cref="NodeManagerException">InvalidSelector, with the position and the expected token.</exception>
    public static void CheckSelector(string? selector)
    {
        if (selector is not null)
            _ = LabelSelectorParser.Parse(selector);
    }

    private static NodeManagerException InvalidName(string name, string rule) =>
        new(
            ErrorIds.InvalidNodeName,
            ErrorKind.InvalidArgument,
            $"No node can be named '{name}': {rule}.",
            name,
            "List the nodes with Get-ClusterNode."
        );

    private static void RefuseControllers(string key)
    {
        if (ControllerTaints.TryGetValue(key, out string? why))
            throw new NodeManagerException(
                ErrorIds.TaintOwnedByController,
                ErrorKind.InvalidOperation,
                $"The taint '{key}' is managed by a controller, which would revert the change: {why}.",
                key,
                "Change the state that the taint follows."
            );
    }

    private static void RefuseTaints(IEnumerable<(string Taint, string? Rule)> taints) =>
        Refuse(ErrorIds.InvalidTaint, "taint", taints.Select(t => (t.Taint, t.Taint, t.Rule)), "Correct the taints; nothing was changed.");

    // All invalid values are reported together; the target is the first of them.
    private static void Refuse(string errorId, string what, IEnumerable<(string Text, string Target, string? Rule)> checks, string action)
    {
        (string Text, string Target, string? Rule)[] wrong = [.. checks.Where(c => c.Rule is not null)];
        if (wrong.Length == 0)
            return;
        string message = string.Join(" ", wrong.Select(w => $"The {what} '{w.Text}' is invalid: {w.Rule}."));
        throw new NodeManagerException(errorId, ErrorKind.InvalidArgument, message, wrong[0].Target, action);
    }

    private static string? Join(params string?[] rules) => string.Join("; ", rules.OfType<string>()) is { Length: > 0 } all ? all : null;
}
