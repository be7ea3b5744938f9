using System.Security.Cryptography.X509Certificates;

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
        YamlSection cluster = files.Cluster(name, context);
        YamlSection? user = files.User(name, context);
        return new()
        {
            ContextName = name,
            ClusterName = context.RequiredText("cluster"),
            UserName = context.RequiredText("user"),
            Namespace = request.Namespace ?? context.Text("namespace") ?? "default",
            Server = ReadServer(cluster),
            CertificateAuthorities = CertificateReader.ReadAuthorities(cluster),
            SkipTlsVerify = request.SkipTlsVerify || cluster.Flag("insecure-skip-tls-verify"),
            TlsServerName = cluster.Text("tls-server-name"),
            DisableCompression = cluster.Flag("disable-compression"),
            User = user is null ? new() : new() { ClientCertificate = CertificateReader.ReadClient(user), Token = user.Text("token") },
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
    public static ClusterConfiguration LoadInCluster(string? root = null)
    {
        root ??= "/var/run/secrets/kubernetes.io/serviceaccount";
        string? host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"), port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        string token = Path.Combine(root, "token"), authority = Path.Combine(root, "ca.crt"), ns = Path.Combine(root, "namespace");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(token))
            throw new NodeManagerException(
                ErrorIds.NotInCluster, ErrorKind.InvalidOperation,
                $"This is no pod with a service account: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be set and '{token}' must exist.",
                null, "Use a kubeconfig outside of a cluster; in a pod, see that automountServiceAccountToken is not false.");
        X509Certificate2Collection? authorities = null;
        if (File.Exists(authority)) (authorities = []).ImportFromPemFile(authority);
        return new()
        {
            ClusterName = "in-cluster",
            ContextName = "in-cluster",
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            Server = new($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            CertificateAuthorities = authorities,
            User = new() { Token = File.ReadAllText(token).Trim() },
        };
    }

    private static Uri ReadServer(YamlSection cluster)
    {
        string text = cluster.RequiredText("server");
        // As kubectl reads it: an address without a scheme is plain HTTP.
        if (!text.Contains("://", StringComparison.Ordinal)) text = "http://" + text;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? server) && server.Scheme is "http" or "https"
            ? server
            : throw cluster.Invalid("server", "should be an http or https address");
    }
}
