using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads a pod's service account. Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/</summary>
internal static class InClusterReader
{
    public const string Mount = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static ClusterConfiguration Read(string root, Impersonation? impersonation)
    {
        string? host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"),
            port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        string token = Path.Combine(root, "token"),
            ns = Path.Combine(root, "namespace");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(token))
            throw new NodeManagerException(
                ErrorIds.NotInCluster,
                ErrorKind.InvalidOperation,
                $"This process does not run in a pod with a ServiceAccount: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be set and '{token}' must exist.",
                null,
                "Outside of a cluster, use a kubeconfig. In a pod, check that automountServiceAccountToken is not false."
            );
        return new()
        {
            ClusterName = "in-cluster",
            ContextName = "in-cluster",
            UserName = "in-cluster",
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            Server = new($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            CertificateAuthorities = ReadAuthorities(Path.Combine(root, "ca.crt")),
            User = new() { TokenFile = token, Impersonation = impersonation },
        };
    }

    /// <summary>Null without a mounted authority: those of this machine apply.</summary>
    private static X509Certificate2Collection? ReadAuthorities(string path)
    {
        if (!File.Exists(path))
            return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
            return authorities;
        }
        catch (CryptographicException e)
        {
            throw new NodeManagerException(
                ErrorIds.CertificateInvalid,
                ErrorKind.InvalidData,
                $"'{path}' holds no valid certificate.",
                path,
                "See what is mounted there.",
                e
            );
        }
    }
}
