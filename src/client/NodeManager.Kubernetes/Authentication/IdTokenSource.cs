using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>The id-token of a kubeconfig until it expires.</summary>
internal sealed class IdTokenSource(IdToken token, TimeProvider time) : CredentialSource(Credential.Bearer(token.Token, token.Expires))
{
    // As in kubectl: a request may be in flight for a while.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken) =>
        time.GetUtcNow() + Margin < token.Expires
            ? base.GetAsync(cancellationToken)
            : throw new NodeManagerException(
                ErrorIds.Unauthorized,
                ErrorKind.AuthenticationError,
                $"The id-token of the kubeconfig's user expired on {token.Expires:u}.",
                null,
                "Sign in again with the tool that wrote the id-token, for example by a command of kubectl, and reconnect. An exec plugin (kubectl oidc-login) renews tokens automatically."
            );
}
