using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Sandbox.Http;

/// <summary>Accepts connections on loopback and serves each in a task.</summary>
internal sealed class ConnectionListener : IDisposable
{
    private readonly TcpListener _listener;
    private readonly SslServerAuthenticationOptions _tls;
    private readonly ApiFront _front;
    private readonly ServerLimits _limits;
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<TcpClient, Task> _connections = [];
    private Task _accepting = Task.CompletedTask;

    /// <exception cref="SocketException">The port is in use.</exception>
    public ConnectionListener(int port, X509Certificate2 certificate, ApiFront front, ServerLimits limits)
    {
        _front = front;
        _limits = limits;
        _places = new(limits.Connections);
        _tls = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Start() => _accepting = Task.Run(AcceptAsync);

    /// <summary>Closes all connections and waits for their tasks.</summary>
    public void Dispose()
    {
        if (_stopped.IsCancellationRequested)
            return;
        _stopped.Cancel();
        _listener.Dispose();
        // No connection is accepted afterwards, so all connections are known.
        _accepting.GetAwaiter().GetResult();
        foreach (TcpClient client in _connections.Keys)
            client.Dispose();
        Task.WhenAll(_connections.Values).GetAwaiter().GetResult();
        _stopped.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stopped.Token);
                TcpClient client = await AcceptOneAsync();
                var ended = new TaskCompletionSource();
                _connections[client] = ended.Task;
                _ = ServeAsync(client, ended);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // The server has stopped: "not listening" or "disposed".
        }
    }

    // A client may disconnect before it is accepted.
    private async Task<TcpClient> AcceptOneAsync()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptTcpClientAsync(_stopped.Token);
            }
            catch (SocketException fault) when (fault.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted) { }
        }
    }

    private async Task ServeAsync(TcpClient client, TaskCompletionSource ended)
    {
        try
        {
            client.NoDelay = true;
            await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
            using (var late = new CancellationTokenSource(_limits.Handshake, TimeProvider.System))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopped.Token))
                await stream.AuthenticateAsServerAsync(_tls, either.Token);
            await new HttpConnection(stream, _front, _limits).ServeAsync(_stopped.Token);
        }
        catch (Exception fault)
            when (fault
                    is OperationCanceledException
                        or IOException
                        or AuthenticationException
                        or ObjectDisposedException
                        or SocketException
            )
        {
            // Not TLS, another authority, or disconnected.
        }
        finally
        {
            client.Dispose();
            _connections.TryRemove(client, out _);
            _places.Release();
            ended.SetResult();
        }
    }
}
