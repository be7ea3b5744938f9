using System.Net.Http.Headers;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>What goes with a request to prove who asks. Compared by reference: the same text fetched again is a new credential.</summary>
/// <param name="header">Null where the certificate says it all.</param>
/// <param name="certificate">For the TLS handshake.</param>
/// <param name="expires">Null: until it is refused.</param>
internal sealed class Credential(AuthenticationHeaderValue? header, ClientCertificate? certificate, DateTimeOffset? expires)
{
    public static Credential None { get; } = new(null, null, null);

    public AuthenticationHeaderValue? Header { get; } = header;

    public ClientCertificate? Certificate { get; } = certificate;

    public DateTimeOffset? Expires { get; } = expires;

    public static Credential Bearer(string token, DateTimeOffset? expires = null) => new(new("Bearer", token), null, expires);
}
