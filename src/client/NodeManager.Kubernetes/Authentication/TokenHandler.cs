using System.Net.Http.Headers;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>Sends a token over the transport of another client, which still owns it.</summary>
internal sealed class TokenHandler(HttpMessageHandler transport, string token) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _transport = new(transport, disposeHandler: false);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return _transport.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _transport.Dispose();
        base.Dispose(disposing);
    }
}
