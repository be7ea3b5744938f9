using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>The client certificate of a user, without the token or password that the same user may have.</summary>
internal sealed class CertificateOnlySource(UserCredentials user, CredentialSource all) : CredentialSource(Credential.None)
{
    public override async ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        if (user.ClientCertificate is not null)
            return Credential.None;
        Credential credential = await all.GetAsync(cancellationToken);
        return credential.Certificate is { } certificate
            ? new(null, certificate, credential.Expires)
            : throw Unsupported("the user has no client certificate, and a token is not sent to kubelets");
    }

    /// <param name="why">Without a final period.</param>
    public static NodeManagerException Unsupported(string why) =>
        new(ErrorIds.CredentialUnsupported, ErrorKind.AuthenticationError, $"Kubelets cannot be asked directly: {why}.");
}
