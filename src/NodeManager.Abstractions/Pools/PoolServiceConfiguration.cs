using System.Security;

namespace NodeManager;

/// <summary>How a session reaches the service that keeps its node pools. Immutable. A token can be given, but not read.</summary>
public sealed class PoolServiceConfiguration
{
    public PoolServiceConfiguration() { }

    /// <param name="uri">The service's base address, for example <c>https://pools.example.com/api/v1</c>.</param>
    public PoolServiceConfiguration(string uri) => Uri = new(uri, UriKind.Absolute);

    /// <summary>The base address: <c>/nodepools</c> follows it. Without a path, <c>/api/v1</c> is added.</summary>
    public Uri? Uri { get; init; }

    /// <summary>The email address that requests carry in <c>X-User-Email</c>.</summary>
    public string User { get; init; } = "";

    /// <summary>The id or the name of the cluster whose pools are meant. Empty: the service's only cluster, or the one of the session's name.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>A <see cref="PoolServiceRoutes"/>.</summary>
    public string Routes { get; init; } = PoolServiceRoutes.Auto;

    /// <summary>A bearer token. Takes precedence over the file and the command.</summary>
    public SecureString? Token { internal get; init; }

    /// <summary>A file with the bearer token; read again when the service refuses the token.</summary>
    public string TokenPath { get; init; } = "";

    /// <summary>A program and its arguments that print a bearer token; run again when the service refuses the token.</summary>
    public string TokenCommand { get; init; } = "";

    /// <summary>A PEM file with the authorities that may have signed the service's certificate. Empty: those that this machine trusts.</summary>
    public string CertificateAuthorityPath { get; init; } = "";

    // PEM text, for a service that was handed over by another process: nothing of it is in a file.
    internal string CertificateAuthority { get; init; } = "";

    /// <summary>Accept any certificate. For laboratories.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>The proxy for the service. Null: what the environment says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public override string ToString() => Uri?.ToString() ?? "";
}
