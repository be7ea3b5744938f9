using System.Net.Http.Headers;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>A request's credential. Compared by reference: the same token fetched again is a new credential.</summary>
/// <param name="header">Null for a client certificate.</param>
/// <param name="expires">Null: valid until it is refused.</param>
internal sealed class Credential(AuthenticationHeaderValue? header, ClientCertificate? certificate, DateTimeOffset? expires)
{
    public static Credential None { get; } = new(null, null, null);

    public AuthenticationHeaderValue? Header { get; } = header;

    public ClientCertificate? Certificate { get; } = certificate;

    public DateTimeOffset? Expires { get; } = expires;

    public static Credential Bearer(string token, DateTimeOffset? expires = null) => new(new("Bearer", token), null, expires);
}
