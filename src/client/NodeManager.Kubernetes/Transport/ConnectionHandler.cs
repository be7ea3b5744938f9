using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Sends requests over connections with the client certificate of their credential. A new certificate opens new connections.
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
            // Requests in progress on connections with the former certificate may complete.
            _previous?.Invoker.Dispose();
            _previous = _current;
            return _current = new(certificate, new(connect(certificate)));
        }
    }

    private sealed record Connections(ClientCertificate? Certificate, HttpMessageInvoker Invoker);
}
