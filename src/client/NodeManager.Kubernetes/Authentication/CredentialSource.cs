using System.Text;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>A source of credentials. This one is constant; others read a file or run a plugin.</summary>
internal class CredentialSource(Credential credential)
{
    public virtual ValueTask<Credential> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credential);

    /// <summary>A new credential after the server refused this one; the same if there is no other.</summary>
    public virtual ValueTask<Credential> RefreshAsync(Credential refused, CancellationToken cancellationToken) =>
        ValueTask.FromResult(refused);

    public static CredentialSource Create(UserCredentials user, KubernetesClientOptions options) =>
        user switch
        {
            { TokenFile: { } path } => new TokenFileSource(path, user.Token, options.Time),
            { Token: { } token } => new(Credential.Bearer(token)),
            { Basic: { } basic } => new(
                new(new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.UserName}:{basic.Password}"))), null, null)
            ),
            { IdToken: { } token } => new IdTokenSource(token, options.Time),
            { Exec: { } exec, ClientCertificate: null } => new ExecCredentialSource(exec, options.Time, options.Logger),
            _ => new(Credential.None),
        };
}
