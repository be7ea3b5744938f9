using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Conformance.NodeCommands;

/// <summary>
/// Answers exec as an API server with a kubelet does, by a script: the nodes of the embedded cluster run nothing. All other requests go to the
/// cluster.
/// </summary>
/// <param name="protocol">The subprotocol that this server knows.</param>
internal sealed class ScriptedShell(HttpMessageHandler inner, string protocol, Func<WebSocket, Task> script) : DelegatingHandler(inner)
{
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The requests of shells.</summary>
    public List<HttpRequestMessage> Requests { get; } = [];

    /// <summary>One message as text, its channel as a number in front of it.</summary>
    public static async Task<string> ReadAsync(WebSocket socket)
    {
        byte[] buffer = new byte[4096];
        ValueWebSocketReceiveResult message = await socket.ReceiveAsync(buffer.AsMemory(), default);
        return message.Count == 0 ? "" : $"{buffer[0]}:{Encoding.UTF8.GetString(buffer, 1, message.Count - 1)}";
    }

    public static Task SendAsync(WebSocket socket, byte channel, string text, bool isEnd = true) =>
        socket.SendAsync(
            channel == 0 ? Encoding.UTF8.GetBytes(text) : [channel, .. Encoding.UTF8.GetBytes(text)],
            WebSocketMessageType.Binary,
            isEnd,
            default
        );

    /// <summary>Sends the status and closes, as a server does at the end of a program.</summary>
    public static async Task EndAsync(WebSocket socket, string status)
    {
        await SendAsync(socket, 3, status);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    [SuppressMessage("Security", "CA5350", Justification = "The handshake of a WebSocket is defined with it.")]
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.EndsWith("/exec", StringComparison.Ordinal))
            return await base.SendAsync(request, cancellationToken);
        Requests.Add(request);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        TcpClient client = new();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellationToken);
        TcpClient server = await listener.AcceptTcpClientAsync(cancellationToken);
        _ = RunAsync(server);
        string key = request.Headers.GetValues("Sec-WebSocket-Key").Single();
        HttpResponseMessage answer = new(HttpStatusCode.SwitchingProtocols)
        {
            Content = new Connection(client.GetStream()),
            RequestMessage = request,
        };
        answer.Headers.Add("Connection", "Upgrade");
        answer.Headers.Add("Upgrade", "websocket");
        answer.Headers.Add("Sec-WebSocket-Protocol", protocol);
        answer.Headers.Add("Sec-WebSocket-Accept", Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix))));
        return answer;
    }

    private async Task RunAsync(TcpClient server)
    {
        using (server)
        {
            using var socket = WebSocket.CreateFromStream(
                server.GetStream(),
                new WebSocketCreationOptions { IsServer = true, SubProtocol = protocol }
            );
            await script(socket);
        }
    }

    private sealed class Connection(Stream connection) : HttpContent
    {
        protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => connection;

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(connection);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
