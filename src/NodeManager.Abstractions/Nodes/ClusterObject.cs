namespace NodeManager;

/// <summary>Something read from a cluster. It remembers which, so that piping it onwards reaches the same cluster.</summary>
public abstract class ClusterObject
{
    private readonly string? _clusterUid;
    private readonly string? _clusterServer;

    /// <summary>The name of the cluster that this came from, as <see cref="NodeManagerSession.Cluster"/> has it.</summary>
    public string Cluster { get; internal init; } = "";

    /// <summary>The identity of that cluster, see <see cref="NodeManagerSession.ClusterUid"/>. Empty if the session could not read it.</summary>
    public string ClusterUid
    {
        get => _clusterUid ?? Session?.ClusterUid ?? "";
        internal init => _clusterUid = value;
    }

    /// <summary>The address of the API server that this was read from. Empty if it is not known.</summary>
    public string ClusterServer
    {
        get => _clusterServer ?? Session?.Server.AbsoluteUri ?? "";
        internal init => _clusterServer = value;
    }

    // Internal, so that no serializer (JSON, CLIXML) walks into the session and its credentials.
    internal NodeManagerSession? Session { get; init; }
}
