using System.Text.Json.Nodes;

namespace NodeManager.Autoscaling.Installation;

/// <summary>The settings of a control plane that apply to all pools; null: unchanged.</summary>
/// <param name="Expanders"><c>priority</c>, <c>least-waste</c>, <c>price</c>, in order; empty: the default.</param>
/// <param name="BalanceSimilarPools">True to spread machines over similar pools.</param>
/// <param name="ExpendablePodsPriorityCutoff">Pods with a lower priority cause no machine, and do not keep a node.</param>
public sealed record ScaleSettings(IReadOnlyList<string>? Expanders, bool? BalanceSimilarPools, int? ExpendablePodsPriorityCutoff)
{
    public static ScaleSettings None { get; } = new(null, null, null);

    public bool HasValues => this != None;

    /// <param name="plane">The name of the control plane; null: it is created.</param>
    internal InstallationDocument DocumentFor(string ns, string? plane)
    {
        string name = plane ?? NodeSmithNames.DefaultControlPlane;
        var spec = new JsonObject();
        // A merge patch removes a field that is null.
        if (Expanders is not null)
            spec["expanders"] = Expanders.Count == 0 ? null : new JsonArray([.. Expanders.Select(static one => (JsonNode?)one)]);
        if (BalanceSimilarPools is { } balances)
            spec["balanceSimilarPools"] = balances;
        if (ExpendablePodsPriorityCutoff is { } cutoff)
            spec["expendablePodsPriorityCutoff"] = cutoff;
        return new(
            nameof(NodeSmithControlPlane),
            name,
            ns,
            $"/apis/{NodeSmithNames.ApiVersion}/namespaces/{ns}/{NodeSmithResources.ControlPlanes.Plural}",
            new()
            {
                ["apiVersion"] = NodeSmithNames.ApiVersion,
                ["kind"] = nameof(NodeSmithControlPlane),
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
                ["spec"] = spec,
            }
        )
        {
            Definition = $"{NodeSmithResources.ControlPlanes.Plural}.{NodeSmithNames.Group}",
        };
    }
}
