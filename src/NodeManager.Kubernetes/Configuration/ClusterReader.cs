using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads the cluster's half of a kubeconfig.</summary>
internal static class ClusterReader
{
    /// <returns>The cluster, and the user name and password of its address; null without.</returns>
    public static (ClusterConfiguration Cluster, NetworkCredential? OfAddress) Read(YamlSection cluster, string context, string name, bool skipTlsVerify)
    {
        Uri server = ReadServer(cluster);
        bool isEncrypted = server.Scheme == Uri.UriSchemeHttps;
        return (new()
        {
            ContextName = context,
            ClusterName = name,
            Server = server.WithoutCredentials(),
            CertificateAuthorities = isEncrypted && !skipTlsVerify ? ReadAuthorities(cluster) : null,
            SkipTlsVerify = isEncrypted && (skipTlsVerify || cluster.Flag("insecure-skip-tls-verify")),
            TlsServerName = isEncrypted ? cluster.Text("tls-server-name") : null,
            Proxy = ReadProxy(cluster),
            DisableCompression = cluster.Flag("disable-compression"),
            PluginConfiguration = cluster.Named("extensions")
                .FirstOrDefault(extension => extension.Name == "client.authentication.k8s.io/exec").Section?.Json("extension"),
            Warnings = server.Credentials() is null || isEncrypted
                ? []
                : [$"{cluster.File}: {cluster.Path}.server has a user name. It is not sent, because the address is not https."],
        }, server.Credentials());
    }

    /// <summary>An authority beside <c>insecure-skip-tls-verify</c> would look verified and not be.</summary>
    private static X509Certificate2Collection? ReadAuthorities(YamlSection cluster)
    {
        string? field = ((string[])["certificate-authority", "certificate-authority-data"]).FirstOrDefault(name => cluster.Text(name) is not null);
        return field is null || !cluster.Flag("insecure-skip-tls-verify")
            ? CertificateReader.ReadAuthorities(cluster)
            : throw cluster.Invalid("insecure-skip-tls-verify", $"is true and {field} is set: remove one of them");
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

    private static Uri? ReadProxy(YamlSection cluster)
    {
        if (cluster.Text("proxy-url") is not { } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw cluster.Invalid("proxy-url", "should be an http, https or socks5 address");
    }
}
