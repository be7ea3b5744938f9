using System.Globalization;
using System.Net;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Distinguishes failures of a proxy from those of the server: <see cref="SocketsHttpHandler"/> reports a silent proxy like a silent
/// server.
/// </summary>
internal sealed class ProxyFailureHandler(HttpMessageHandler inner, IWebProxy proxy, TimeSpan limit) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        long start = Environment.TickCount64;
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (IsOfProxy(e) && Of(request.RequestUri!) is { } address)
        {
            // With a SOCKS proxy, the connect timeout disposes the stream: what the read then throws depends on when that happens.
            bool isTimeout = e is OperationCanceledException || Environment.TickCount64 - start >= limit.TotalMilliseconds;
            string why = isTimeout
                ? string.Create(CultureInfo.InvariantCulture, $"timed out after {limit.TotalSeconds:0.#} s")
                : e.Message.TrimEnd('.');
            throw new ProxyException(new(address.Host, address.Port), why, e);
        }
    }

    private Uri? Of(Uri server) => proxy.IsBypassed(server) ? null : proxy.GetProxy(server);

    private static bool IsOfProxy(Exception exception) =>
        exception
            is OperationCanceledException { InnerException: TimeoutException }
                or HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError };
}
