namespace NodeManager.Kubernetes.Configuration;

/// <summary>
/// Kubeconfig files, merged as kubectl merges them. Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
/// </summary>
public static class Kubeconfig
{
    /// <exception cref="NodeManagerException">KubeconfigNotFound, KubeconfigInvalid (file, line, field), ContextNotFound, ContextIncomplete, CredentialUnsupported.</exception>
    public static ClusterConfiguration Load(KubeconfigRequest request)
    {
        KubeconfigSet files = KubeconfigSet.Read(request.Paths);
        (string name, YamlSection context) = files.Context(request.Context);
        YamlSection clusterSection = files.Cluster(name, context);
        YamlSection? user = files.User(name, context);
        ClusterConfiguration cluster = ClusterReader.Read(clusterSection, name, context.RequiredText("cluster"), request.SkipTlsVerify);
        return cluster with
        {
            UserName = context.RequiredText("user"),
            Namespace = request.Namespace ?? context.Text("namespace") ?? "default",
            User = UserReader.Read(user, cluster, request),
        };
    }

    /// <summary>Names of the contexts, for completion. Never throws: unreadable files have none.</summary>
    public static IReadOnlyList<string> ListContexts(IReadOnlyList<string>? paths)
    {
        try
        {
            return [.. KubeconfigSet.Read(paths).ContextNames];
        }
        catch (NodeManagerException)
        {
            return [];
        }
    }

    /// <summary>The mounted service account of a pod. <paramref name="root"/> stands in for the mount in tests.</summary>
    /// <exception cref="NodeManagerException">NotInCluster.</exception>
    public static ClusterConfiguration LoadInCluster(string? root = null) => InClusterReader.Read(root ?? InClusterReader.Mount);
}
