using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads the cluster entry of a kubeconfig.</summary>
internal static class ClusterReader
{
    /// <returns>The cluster, and the credentials in its address; null without.</returns>
    public static (ClusterConfiguration Cluster, NetworkCredential? OfAddress) Read(
        YamlSection cluster,
        string context,
        string name,
        bool skipTlsVerify
    )
    {
        Uri server = ReadServer(cluster);
        bool isEncrypted = server.Scheme == Uri.UriSchemeHttps;
        return (
            new()
            {
                ContextName = context,
                ClusterName = name,
                Server = server.WithoutCredentials(),
                CertificateAuthorities = isEncrypted && !skipTlsVerify ? ReadAuthorities(cluster) : null,
                SkipTlsVerify = isEncrypted && (skipTlsVerify || cluster.Flag("insecure-skip-tls-verify")),
                TlsServerName = isEncrypted ? cluster.Text("tls-server-name") : null,
                Proxy = ReadProxy(cluster),
                DisableCompression = cluster.Flag("disable-compression"),
                PluginConfiguration = cluster
                    .Named("extensions")
                    .FirstOrDefault(extension => extension.Name == "client.authentication.k8s.io/exec")
                    .Section?.Json("extension"),
                Warnings =
                    server.Credentials() is null || isEncrypted
                        ? []
                        : [$"{cluster.File}: {cluster.Path}.server has a user name. It is not sent, because the address is not https."],
            },
            server.Credentials()
        );
    }

    /// <summary>An authority with <c>insecure-skip-tls-verify</c> would wrongly seem to be used.</summary>
    private static X509Certificate2Collection? ReadAuthorities(YamlSection cluster)
    {
        string? field = ((string[])["certificate-authority", "certificate-authority-data"]).FirstOrDefault(name =>
            cluster.Text(name) is not null
        );
        return field is null || !cluster.Flag("insecure-skip-tls-verify")
            ? CertificateReader.ReadAuthorities(cluster)
            : throw cluster.Invalid("insecure-skip-tls-verify", $"is true and {field} is set: remove one of them");
    }

    private static Uri ReadServer(YamlSection cluster)
    {
        string text = cluster.RequiredText("server");
        // As in kubectl, an address without a scheme is plain HTTP.
        if (!text.Contains("://", StringComparison.Ordinal))
            text = "http://" + text;
        return ReadAddress(cluster, "server", text) is { Scheme: "http" or "https" } server
            ? server
            : throw cluster.Invalid("server", "should be an http or https address");
    }

    private static Uri? ReadProxy(YamlSection cluster)
    {
        if (cluster.Text("proxy-url") is not { } text)
            return null;
        return ReadAddress(cluster, "proxy-url", text) is { Scheme: "http" or "https" or "socks5" } proxy
            ? proxy
            : throw cluster.Invalid("proxy-url", "should be an http, https or socks5 address");
    }

    /// <summary>Strict, as kubectl: .NET would trim white space and complete <c>127.1</c>.</summary>
    private static Uri? ReadAddress(YamlSection cluster, string field, string text)
    {
        int authority = text.IndexOf("://", StringComparison.Ordinal) + 3;
        int length = text.AsSpan(authority).IndexOfAny("/?#") is >= 0 and var end ? end : text.Length - authority;
        ReadOnlySpan<char> host = authority < 3 ? [] : text.AsSpan(authority, length);
        // Go accepts a space in a path only.
        if (text.Any(char.IsControl) || char.IsWhiteSpace(text[0]) || host.ContainsAny(" \\") || host.EndsWith(" "))
            throw cluster.Invalid(field, "contains white space or a character that an address cannot have");
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address))
            return null;
        if (address.HostNameType == UriHostNameType.IPv4 && !text.Contains(address.Host, StringComparison.Ordinal))
            throw cluster.Invalid(field, "has an IPv4 address that is not written as four decimal numbers");
        // Certificates name the IPv4 address.
        return address.HostNameType == UriHostNameType.IPv6 && IPAddress.Parse(address.Host) is { IsIPv4MappedToIPv6: true } mapped
            ? new UriBuilder(address) { Host = mapped.MapToIPv4().ToString() }.Uri
            : address;
    }
}
