namespace NodeManager.Core.Sessions;

/// <param name="Cluster">See <see cref="ClusterObject.Cluster"/>.</param>
/// <param name="ClusterUid">
/// See <see cref="ClusterObject.ClusterUid"/>; empty for objects of older versions, and without the permission.
/// </param>
/// <param name="ClusterServer">See <see cref="ClusterObject.ClusterServer"/>.</param>
/// <param name="HasNodeUid">True if the object names its node by UID, so that a node of another cluster cannot be confused with it.</param>
public readonly record struct ObjectOrigin(string Cluster, string ClusterUid, string ClusterServer, bool HasNodeUid)
{
    public static ObjectOrigin Of(ClusterObject value, bool hasNodeUid) =>
        new(value.Cluster, value.ClusterUid, value.ClusterServer, hasNodeUid);
}

public readonly record struct SessionMatch(NodeManagerSession Session)
{
    /// <summary>Why it may be the wrong one, for a command that only reads; empty if it is certain.</summary>
    public string Warning { get; init; } = "";
}
