using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>Impersonates a user over the transport of another client, which still owns it.</summary>
internal sealed class ImpersonationHandler(HttpMessageHandler transport, Impersonation impersonation) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _transport = new(transport, disposeHandler: false);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        impersonation.AddTo(request.Headers);
        return _transport.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _transport.Dispose();
        base.Dispose(disposing);
    }
}
