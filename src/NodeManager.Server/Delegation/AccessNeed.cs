namespace NodeManager.Server.Delegation;

/// <summary>What a caller must be allowed to do in the cluster.</summary>
/// <param name="Verb">Of Kubernetes.</param>
/// <param name="Resource">Plural, with the subresource behind a slash; a path beginning with a slash stands for itself.</param>
/// <param name="Group">Of the API; empty for the core.</param>
/// <param name="Scope">One of the constants of this type: where.</param>
internal sealed record AccessNeed(string Verb, string Resource, string Group = "", string Scope = AccessNeed.Everywhere)
{
    /// <summary>In the whole cluster.</summary>
    public const string Everywhere = "";

    /// <summary>The node of the path.</summary>
    public const string OneNode = "node";

    /// <summary>In the namespace that the query names; without one in all.</summary>
    public const string QueryNamespace = "namespace";

    /// <summary>In the namespace of the autoscaler's resources: that of the query, or its default.</summary>
    public const string PoolNamespace = "pools";

    /// <summary>In the namespace that runs of maintenances are kept in.</summary>
    public const string RunNamespace = "runs";

    /// <summary>In each namespace that has pods on the node of the path.</summary>
    public const string NamespacesOfNode = "pods";

    public override string ToString() => $"{Verb} {Resource}{(Group.Length > 0 ? $".{Group}" : "")}";
}
