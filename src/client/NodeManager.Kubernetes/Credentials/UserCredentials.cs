namespace NodeManager.Kubernetes.Credentials;

/// <summary>How a user proves who they are, as configured.</summary>
internal sealed class UserCredentials
{
    public ClientCertificate? ClientCertificate { get; init; }

    public string? Token { get; init; }

    /// <summary>Wins over the token where it can be read.</summary>
    public string? TokenFile { get; init; }

    public BasicCredentials? Basic { get; init; }

    /// <summary>Sent where nothing else identifies the user.</summary>
    public IdToken? IdToken { get; init; }

    /// <summary>Asked only where nothing else identifies the user.</summary>
    public ExecConfiguration? Exec { get; init; }

    public Impersonation? Impersonation { get; init; }
}
