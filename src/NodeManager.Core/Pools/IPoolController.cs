using System.Text.Json.Nodes;

namespace NodeManager.Core.Pools;

/// <summary>How a controller of node pools behaves, where that is known. Pure.</summary>
public interface IPoolController
{
    /// <summary>How many nodes a pool of this specification has when nothing is left to do.</summary>
    int DesiredNodes(JsonObject spec);

    /// <summary>A <see cref="NodePoolEffect"/> for a changed field, a path such as <c>spec.platform.gcp.machineType</c>, that says nothing of the number of nodes.</summary>
    string EffectOf(string field);

    /// <summary>The nodes in the order in which they are removed when the pool shrinks.</summary>
    IEnumerable<ClusterNode> RemovalOrder(IReadOnlyList<ClusterNode> nodes);

    /// <summary>True where a node is drained before it is removed, so that PDBs are respected.</summary>
    bool DrainsNodes { get; }
}
