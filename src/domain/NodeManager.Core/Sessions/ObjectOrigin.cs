namespace NodeManager.Core.Sessions;

/// <summary>Which cluster an object comes from, as it says itself.</summary>
/// <param name="Cluster">As <see cref="ClusterObject.Cluster"/> has it.</param>
/// <param name="ClusterUid">As <see cref="ClusterObject.ClusterUid"/> has it; empty for objects of older versions, and without the permission.</param>
/// <param name="ClusterServer">As <see cref="ClusterObject.ClusterServer"/> has it.</param>
/// <param name="HasNodeUid">True if the object names its node by UID, so that no node of another cluster can be taken for it.</param>
public readonly record struct ObjectOrigin(string Cluster, string ClusterUid, string ClusterServer, bool HasNodeUid)
{
    /// <summary>The origin of an object.</summary>
    public static ObjectOrigin Of(ClusterObject value, bool hasNodeUid) =>
        new(value.Cluster, value.ClusterUid, value.ClusterServer, hasNodeUid);
}

/// <summary>The session that an object selects.</summary>
/// <param name="Session">It.</param>
public readonly record struct SessionMatch(NodeManagerSession Session)
{
    /// <summary>Why it may be the wrong one, for a command that only reads; empty where it is certain.</summary>
    public string Warning { get; init; } = "";
}
