using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Carries requests over connections made with the client certificate that comes with them. A connection keeps the certificate that it
/// was made with, so a new certificate begins new ones.
/// </summary>
internal sealed class ConnectionHandler(Func<ClientCertificate?, SocketsHttpHandler> connect) : HttpMessageHandler
{
    public static readonly HttpRequestOptionsKey<ClientCertificate> Certificate = new("client-certificate");

    private readonly Lock _lock = new();
    private Connections? _current;
    private Connections? _previous;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.TryGetValue(Certificate, out ClientCertificate? certificate);
        RepeatedHeaders.Prepare(request);
        return For(certificate).Invoker.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Invoker.Dispose();
            _previous?.Invoker.Dispose();
        }

        base.Dispose(disposing);
    }

    private Connections For(ClientCertificate? certificate)
    {
        lock (_lock)
        {
            if (_current is not null && ReferenceEquals(_current.Certificate, certificate))
                return _current;
            // What is in progress over the connections of the certificate before may end in peace.
            _previous?.Invoker.Dispose();
            _previous = _current;
            return _current = new(certificate, new(connect(certificate)));
        }
    }

    private sealed record Connections(ClientCertificate? Certificate, HttpMessageInvoker Invoker);
}
