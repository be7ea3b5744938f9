using System.Net;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Credentials;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>Adds the credential to each request, and refreshes it once on a 401.</summary>
internal sealed class CredentialHandler(
    ClusterConfiguration configuration,
    CredentialSource source,
    TimeProvider time,
    HttpMessageHandler inner
) : DelegatingHandler(inner)
{
    private readonly ClientCertificateSource? _configured = configuration.User.ClientCertificate is { } certificate
        ? new(certificate, time)
        : null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // SocketsHttpHandler sends and verifies the name of the Host header.
        request.Headers.Host = configuration.TlsServerName;
        if (!request.Headers.Contains(Impersonation.UserHeader))
            configuration.User.Impersonation?.AddTo(request.Headers);
        Credential credential = await source.GetAsync(cancellationToken);
        Apply(request, credential);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;

        Credential other;
        try
        {
            other = await source.RefreshAsync(credential, cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (ReferenceEquals(other, credential))
            return response;
        response.Dispose();
        Apply(request, other);
        return await base.SendAsync(request, cancellationToken);
    }

    private void Apply(HttpRequestMessage request, Credential credential)
    {
        request.Headers.Authorization = credential.Header;
        ClientCertificate? certificate = credential.Certificate ?? _configured?.Get();
        if (certificate is null)
            return;
        if (certificate.End < time.GetUtcNow())
            throw new NodeManagerException(
                ErrorIds.CertificateExpired,
                ErrorKind.AuthenticationError,
                $"The client certificate of the user '{configuration.UserName}' ({certificate}) expired on {certificate.End:u}.",
                configuration.UserName,
                "Get a new kubeconfig, or renew the certificate (kubeadm certs renew, for example)."
            );
        request.Options.Set(ConnectionHandler.Certificate, certificate);
    }
}
