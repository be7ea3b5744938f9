namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>
/// The notice of a provider that it reclaims the machine of a node, as it does with spot machines: a taint, an annotation or a condition.
/// </summary>
public static class ReclaimNotice
{
    /// <summary>Taints of the programs that watch the notices of clouds.</summary>
    private static readonly string[] Taints =
    [
        NodeSmithNames.Reclaimed,
        "aws-node-termination-handler/spot-itn",
        "cloud.google.com/impending-node-termination",
    ];

    /// <summary>The notice as a clause; null: none.</summary>
    public static string? Of(Node node)
    {
        if (node.Spec.Taints?.Find(static taint => Taints.Contains(taint.Key)) is { } taint)
            return $"taint {taint.Key}";
        if (node.Metadata.Annotations?.ContainsKey(NodeSmithNames.Reclaimed) == true)
            return $"annotation {NodeSmithNames.Reclaimed}";
        return node.Status.Conditions?.Exists(static one => one is { Type: NodeSmithNames.Reclaimed, Status: "True" }) == true
            ? $"condition {NodeSmithNames.Reclaimed}"
            : null;
    }
}
