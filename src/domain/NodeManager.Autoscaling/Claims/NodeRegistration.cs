using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;

namespace NodeManager.Autoscaling.Claims;

/// <summary>The pool's labels, annotations and taints for a registered node.</summary>
internal static class NodeRegistration
{
    /// <summary>The merge patch for a node; null if it is complete, or was completed before.</summary>
    /// <remarks>
    /// The annotation in the same patch records the completion: parts that others remove later, above all startup taints, are not restored.
    /// A Ready node without its startup taints had them from its bootstrap and has lost them already.
    /// </remarks>
    /// <param name="pool">Null: it was deleted, and only the claim is recorded.</param>
    /// <param name="node">As read from the server.</param>
    public static JsonObject? Patch(NodeSmithClaim claim, NodeSmithPool? pool, JsonObject node)
    {
        JsonObject? metadata = node["metadata"]?.AsObject();
        string uid = claim.Metadata.Uid!;
        if ((string?)metadata?["annotations"]?[NodeSmithNames.ClaimUidAnnotation] == uid)
            return null;
        var patched = new JsonObject { ["annotations"] = new JsonObject { [NodeSmithNames.ClaimUidAnnotation] = uid } };
        var patch = new JsonObject { ["metadata"] = patched };
        if (pool is null)
            return patch;
        // For users who read the node without its pool.
        if (PoolLabelKeyOf(pool) is var key && key != NodeSmithNames.DefaultPoolLabelKey)
            patched["annotations"]![PoolLabels.KeyAnnotation] = key;
        var labels = new JsonObject();
        foreach ((string name, string value) in LabelsOf(pool, claim))
        {
            if ((string?)metadata?["labels"]?[name] != value)
                labels[name] = value;
        }

        if (labels.Count > 0)
            patched["labels"] = labels;
        NodeSmithMachineTemplate template = pool.Spec.MachineTemplate;
        IEnumerable<Taint> wanted = (template.Taints ?? []).Concat(IsReady(node) ? [] : template.StartupTaints ?? []);
        JsonArray taints = node["spec"]?["taints"]?.DeepClone().AsArray() ?? [];
        int before = taints.Count;
        foreach (Taint taint in wanted)
        {
            if (taints.Any(one => (string?)one!["key"] == taint.Key && (string?)one["effect"] == taint.Effect))
                continue;
            var added = new JsonObject { ["key"] = taint.Key, ["effect"] = taint.Effect };
            if (taint.Value is { Length: > 0 } value)
                added["value"] = value;
            taints.Add((JsonNode)added);
        }

        if (taints.Count != before)
            patch["spec"] = new JsonObject { ["taints"] = taints };
        return patch;
    }

    /// <summary>The labels of the pool and of the claim's shape, without those that only a kubelet may set.</summary>
    public static Dictionary<string, string> LabelsOf(NodeSmithPool pool, NodeSmithClaim claim)
    {
        Dictionary<string, string> labels = new(pool.Spec.MachineTemplate.Labels ?? []);
        foreach ((string name, string value) in pool.Spec.MachineTemplate.FindShape(claim.Spec.Shape)?.Labels ?? [])
            if (name is not ("kubernetes.io/arch" or "kubernetes.io/os" or "kubernetes.io/hostname"))
                labels[name] = value;
        labels[PoolLabelKeyOf(pool)] = pool.Metadata.Name;
        return labels;
    }

    public static string PoolLabelKeyOf(NodeSmithPool pool) =>
        pool.Spec.PoolLabelKey is { Length: > 0 } key ? key : NodeSmithNames.DefaultPoolLabelKey;

    private static bool IsReady(JsonObject node) =>
        node["status"]?["conditions"]?.AsArray().Any(static one => (string?)one!["type"] == "Ready" && (string?)one["status"] == "True")
        == true;
}
