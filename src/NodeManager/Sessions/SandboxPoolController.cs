using System.Text.Json.Nodes;
using NodeManager.NodePools;
using NodeManager.Sandbox;

namespace NodeManager.Sessions;

/// <summary>The simulated platform of an embedded cluster: drains and replaces nodes whose platform changed, one at a time.</summary>
internal sealed class SandboxPoolController : IPoolController
{
    public static SandboxPoolController Instance { get; } = new();

    public bool DrainsNodes => true;

    public int DesiredNodes(JsonObject spec) => SandboxPoolService.DesiredNodes(spec);

    public string EffectOf(string field) =>
        field == "spec.platform" || field.StartsWith("spec.platform.", StringComparison.Ordinal)
            ? NodePoolEffect.RollsNodes
            : NodePoolEffect.InPlace;

    public IEnumerable<ClusterNode> RemovalOrder(IReadOnlyList<ClusterNode> nodes) =>
        nodes.OrderByDescending(static node => node.CreatedAt);
}
