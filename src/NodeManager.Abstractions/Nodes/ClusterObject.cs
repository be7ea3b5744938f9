namespace NodeManager;

/// <summary>Something read from a cluster. It remembers which, so that piping it onwards reaches the same cluster.</summary>
public abstract class ClusterObject
{
    /// <summary>The name of the cluster that this came from, as <see cref="NodeManagerSession.Cluster"/> has it.</summary>
    public string Cluster { get; internal init; } = "";

    // Internal, so that no serializer (JSON, CLIXML) walks into the session and its credentials.
    internal NodeManagerSession? Session { get; init; }
}
