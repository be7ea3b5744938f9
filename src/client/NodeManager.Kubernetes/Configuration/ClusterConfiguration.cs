using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>One cluster, one user, one context, resolved: what a client needs to connect. Holds credentials: never print it.</summary>
public sealed record ClusterConfiguration
{
    public string ContextName { get; init; } = "";

    public required string ClusterName { get; init; }

    public string UserName { get; init; } = "";

    public string Namespace { get; init; } = "default";

    /// <summary>The address, without credentials.</summary>
    public required Uri Server { get; init; }

    /// <summary>The user to act as; null: the one of the credentials.</summary>
    public string? ImpersonatedUser => User.Impersonation?.User;

    public IReadOnlyList<string> ImpersonatedGroups => User.Impersonation?.Groups ?? [];

    /// <summary>What is odd about the configuration and keeps nothing from working.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// The files and the context that this was read from, so that another process reads the same, also after the environment or the current context
    /// has changed. Holds no credentials. Null where it comes from no kubeconfig.
    /// </summary>
    public KubeconfigRequest? Origin { get; init; }

    /// <summary>A cluster whose address, authority and token were handed over. Nothing of it needs to be in a file.</summary>
    /// <param name="cluster">What users call it.</param>
    /// <param name="server">Its HTTPS address.</param>
    /// <param name="authorityPem">The authority that signed its certificate.</param>
    /// <param name="token">A bearer token.</param>
    /// <param name="user">The user to act as; empty: the one of the token.</param>
    /// <param name="groups">The groups of that user.</param>
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

    /// <summary>Credentials go over TLS only.</summary>
    internal bool IsEncrypted => Server.Scheme == Uri.UriSchemeHttps;

    /// <summary>Who may sign the server's certificate; null: whom this machine trusts.</summary>
    internal X509Certificate2Collection? CertificateAuthorities { get; init; }

    internal bool SkipTlsVerify { get; init; }

    /// <summary>The name to ask the server for and to look for in its certificate; null: the address'.</summary>
    internal string? TlsServerName { get; init; }

    /// <summary>Null: what the environment says.</summary>
    internal Uri? Proxy { get; init; }

    /// <summary>What the cluster's entry holds for its credential plugin.</summary>
    internal JsonNode? PluginConfiguration { get; init; }

    internal bool DisableCompression { get; init; }

    internal UserCredentials User { get; init; } = new();

    public override string ToString() => ClusterName;
}
