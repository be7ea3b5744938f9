namespace NodeManager.Kubernetes.Authentication;

/// <summary>The output of a plugin (client.authentication.k8s.io ExecCredential).</summary>
internal sealed class ExecCredential
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ExecCredentialStatus? Status { get; set; }
}

internal sealed class ExecCredentialStatus
{
    public DateTimeOffset? ExpirationTimestamp { get; set; }

    public string? Token { get; set; }

    /// <summary>PEM.</summary>
    public string? ClientCertificateData { get; set; }

    /// <summary>PEM.</summary>
    public string? ClientKeyData { get; set; }
}
