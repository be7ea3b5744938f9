namespace NodeManager.Kubernetes.Authentication;

/// <summary>How a user proves who they are, as configured.</summary>
internal sealed class UserCredentials
{
    public ClientCertificate? ClientCertificate { get; init; }

    public string? Token { get; init; }

    /// <summary>Wins over the token.</summary>
    public string? TokenFile { get; init; }

    public BasicCredentials? Basic { get; init; }

    public ExecConfiguration? Exec { get; init; }

    public Impersonation? Impersonation { get; init; }
}
