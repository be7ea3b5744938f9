namespace NodeManager.Kubernetes.Configuration;

/// <summary>
/// Kubeconfig files, merged as kubectl merges them. Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
/// </summary>
public static class Kubeconfig
{
    /// <exception cref="NodeManagerException">KubeconfigNotFound, KubeconfigInvalid (file, line, field), ContextNotFound, ContextIncomplete, CredentialUnsupported.</exception>
    public static ClusterConfiguration Load(KubeconfigRequest request) => throw new NotImplementedException();

    /// <summary>Names of the contexts, for completion. Never throws: unreadable files have none.</summary>
    public static IReadOnlyList<string> ListContexts(IReadOnlyList<string>? paths) => throw new NotImplementedException();

    /// <summary>The mounted service account of a pod. <paramref name="root"/> stands in for the mount in tests.</summary>
    /// <exception cref="NodeManagerException">NotInCluster.</exception>
    public static ClusterConfiguration LoadInCluster(string? root = null) => throw new NotImplementedException();
}
