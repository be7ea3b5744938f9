namespace NodeManager.Kubernetes.Credentials;

/// <summary>The configured authentication of a user.</summary>
internal sealed class UserCredentials
{
    public ClientCertificate? ClientCertificate { get; init; }

    public string? Token { get; init; }

    /// <summary>Takes precedence over the token if it is readable.</summary>
    public string? TokenFile { get; init; }

    public BasicCredentials? Basic { get; init; }

    /// <summary>Used without other credentials.</summary>
    public IdToken? IdToken { get; init; }

    /// <summary>Used without other credentials.</summary>
    public ExecConfiguration? Exec { get; init; }

    public Impersonation? Impersonation { get; init; }
}
