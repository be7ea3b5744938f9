using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>How a user proves who they are, as configured.</summary>
internal sealed class UserCredentials
{
    public X509Certificate2? ClientCertificate { get; init; }

    public string? Token { get; init; }
}
