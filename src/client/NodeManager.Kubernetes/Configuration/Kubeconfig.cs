using System.Net;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>
/// Kubeconfig files, merged as in kubectl. Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
/// </summary>
public static class Kubeconfig
{
    /// <exception cref="NodeManagerException">KubeconfigNotFound, KubeconfigInvalid (file, line, field), ContextNotFound, ContextIncomplete, CredentialUnsupported.</exception>
    public static ClusterConfiguration Load(KubeconfigRequest request)
    {
        KubeconfigSet files = KubeconfigSet.Read(request.Paths);
        ClusterConfiguration read = Read(files, request);
        return read with { Origin = request with { Paths = files.Paths, Context = read.ContextName } };
    }

    /// <summary>The current context of a kubeconfig that is a text, such as the value of a Secret. It may name no files and no commands.</summary>
    /// <param name="name">Where it is from, for errors.</param>
    /// <exception cref="NodeManagerException">As <see cref="Load"/>.</exception>
    public static ClusterConfiguration Parse(string text, string name) => Read(KubeconfigSet.Parse(text, name), new());

    private static ClusterConfiguration Read(KubeconfigSet files, KubeconfigRequest request)
    {
        (string name, YamlSection context) = files.Context(request.Context);
        (ClusterConfiguration cluster, NetworkCredential? ofAddress) = ClusterReader.Read(
            files.Cluster(name, context),
            name,
            context.RequiredText("cluster"),
            request.SkipTlsVerify
        );
        return cluster with
        {
            UserName = context.Text("user") ?? "",
            Namespace = request.Namespace ?? context.Text("namespace") ?? "default",
            User = UserReader.Read(files.User(name, context, isRequired: cluster.IsEncrypted), cluster, ofAddress, request),
            Warnings = [.. files.Warnings, .. cluster.Warnings],
        };
    }

    /// <summary>Context names for completion. Never throws: unreadable files have none.</summary>
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

    /// <summary>A pod's service account. <paramref name="root"/> replaces the mount in tests.</summary>
    /// <param name="user">The user to impersonate; empty: none.</param>
    /// <param name="groups">That user's groups.</param>
    /// <exception cref="NodeManagerException">NotInCluster.</exception>
    public static ClusterConfiguration LoadInCluster(string? root = null, string user = "", IReadOnlyList<string>? groups = null) =>
        InClusterReader.Read(root ?? InClusterReader.Mount, user.Length > 0 ? new(user) { Groups = groups ?? [] } : null);
}
