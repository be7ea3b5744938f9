using System.Net;
using System.Net.WebSockets;
using System.Runtime.ExceptionServices;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Kubernetes.Transport;

internal sealed partial class RequestSender
{
    // Proxies and firewalls drop silent connections, and a lost one is noticed only when something is sent.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PongTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Opens a WebSocket, once. The caller disposes it.</summary>
    /// <param name="protocols">The preferred one first.</param>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public async Task<WebSocket> ConnectAsync(string pathAndQuery, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        ApiRequest request = new(HttpMethod.Get, pathAndQuery, RetryMode.Never) { Accept = "*/*" };
        Uri address = new(_http.BaseAddress!, pathAndQuery.TrimStart('/'));
        long start = _time.GetTimestamp();
        ClientWebSocket socket = new();
        foreach (string protocol in protocols)
            socket.Options.AddSubProtocol(protocol);
        socket.Options.KeepAliveInterval = PingInterval;
        socket.Options.KeepAliveTimeout = PongTimeout;
        using HttpMessageInvoker invoker = new(new UpgradeHandler(this, request, address));
        try
        {
            // ClientWebSocket accepts only its own schemes: wss is https, and ws is http.
            await socket.ConnectAsync(new($"ws{address.AbsoluteUri["http".Length..]}"), invoker, cancellationToken);
            return socket;
        }
        catch (WebSocketException failure)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            Exception cause = failure.InnerException ?? failure;
            if (cause is KubernetesException or NodeManagerException)
                ExceptionDispatchInfo.Throw(cause);
            TransportFailure lost = TransportFailure.Of(cause) ?? TransportFailure.Of(new InvalidDataException(failure.Message, failure))!;
            throw lost.ToException(_http.BaseAddress!, request, 1, _time.GetElapsedTime(start));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends the request as others are sent, and reads a refusal, whose body a ClientWebSocket drops.</summary>
    private sealed class UpgradeHandler(RequestSender sender, ApiRequest request, Uri address) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
        {
            // The scheme decides on the proxy.
            message.RequestUri = address;
            message.Headers.TryAddWithoutValidation("Accept", request.Accept);
            HttpResponseMessage response = await sender.AnswerAsync(message, request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
                return response;
            using (response)
                throw await sender.ReadRefusalAsync(response, request, cancellationToken);
        }
    }
}
