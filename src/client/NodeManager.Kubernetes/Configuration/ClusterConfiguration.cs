using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>The resolved cluster, user and context of a client. Holds credentials: never print it.</summary>
public sealed record ClusterConfiguration
{
    public string ContextName { get; init; } = "";

    public required string ClusterName { get; init; }

    public string UserName { get; init; } = "";

    public string Namespace { get; init; } = "default";

    /// <summary>Without credentials.</summary>
    public required Uri Server { get; init; }

    /// <summary>The user to impersonate; null: none.</summary>
    public string? ImpersonatedUser => User.Impersonation?.User;

    public IReadOnlyList<string> ImpersonatedGroups => User.Impersonation?.Groups ?? [];

    /// <summary>Oddities of the configuration that do not prevent a connection.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// The files and the context of this configuration, so that another process reads the same after the environment or the current context
    /// changed. Holds no credentials. Null without a kubeconfig.
    /// </summary>
    public KubeconfigRequest? Origin { get; init; }

    /// <summary>A cluster with the given address, authority and token, without a file.</summary>
    /// <param name="cluster">Its display name.</param>
    /// <param name="server">HTTPS.</param>
    /// <param name="authorityPem">The authority of the server's certificate.</param>
    /// <param name="user">The user to impersonate; empty: none.</param>
    /// <param name="groups">That user's groups.</param>
    public static ClusterConfiguration ForToken(
        string cluster,
        Uri server,
        string authorityPem,
        string token,
        string user,
        IReadOnlyList<string> groups
    ) =>
        new()
        {
            ClusterName = cluster,
            Server = server,
            CertificateAuthorities = PemCertificates.Read(authorityPem),
            User = new() { Token = token, Impersonation = user.Length > 0 ? new(user) { Groups = groups } : null },
        };

    /// <summary>Credentials are sent over TLS only.</summary>
    internal bool IsEncrypted => Server.Scheme == Uri.UriSchemeHttps;

    /// <summary>Authorities of the server's certificate; null: those of this machine.</summary>
    internal X509Certificate2Collection? CertificateAuthorities { get; init; }

    internal bool SkipTlsVerify { get; init; }

    /// <summary>The server name for SNI and certificate verification; null: the address' host.</summary>
    internal string? TlsServerName { get; init; }

    /// <summary>Null: from the environment.</summary>
    internal Uri? Proxy { get; init; }

    /// <summary>The cluster's configuration for its credential plugin.</summary>
    internal JsonNode? PluginConfiguration { get; init; }

    internal bool DisableCompression { get; init; }

    internal UserCredentials User { get; init; } = new();

    public override string ToString() => ClusterName;
}
