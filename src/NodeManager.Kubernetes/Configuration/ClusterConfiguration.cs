namespace NodeManager.Kubernetes.Configuration;

/// <summary>One cluster, one user, one context, resolved: what a client needs to connect. Holds credentials: never print it.</summary>
public sealed class ClusterConfiguration
{
    public string ContextName { get; init; } = "";

    public required string ClusterName { get; init; }

    public string UserName { get; init; } = "";

    public string Namespace { get; init; } = "default";

    public required Uri Server { get; init; }

    public override string ToString() => ClusterName;
}
