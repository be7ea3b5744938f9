using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Creates connections with the TLS and proxy of a cluster.</summary>
internal static class TransportFactory
{
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public static HttpMessageHandler Create(ClusterConfiguration configuration) => Create(configuration, ConnectTimeout);

    public static HttpMessageHandler Create(ClusterConfiguration configuration, TimeSpan connectTimeout)
    {
        IWebProxy proxy = configuration.Proxy is { } address ? new ConfiguredProxy(address) : EnvironmentProxy.Read(configuration.Server);
        var connections = new ConnectionHandler(certificate => Connect(configuration, proxy, connectTimeout, certificate));
        return new AnswerTimeoutHandler(new ProxyFailureHandler(connections, proxy, connectTimeout), AnswerTimeoutHandler.Default);
    }

    private static SocketsHttpHandler Connect(
        ClusterConfiguration configuration,
        IWebProxy proxy,
        TimeSpan connectTimeout,
        ClientCertificate? certificate
    )
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = proxy,
            AutomaticDecompression = configuration.DisableCompression ? DecompressionMethods.None : DecompressionMethods.GZip,
            ConnectTimeout = connectTimeout,
            RequestHeaderEncodingSelector = RepeatedHeaders.EncodingOf,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context, configuration.Server, cancellationToken),
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 1024 * 1024,
            // Detects a dead connection of a silent watch within a minute; with HTTP/1.1, TCP keep-alive does.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (certificate is not null)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
                certificate.Leaf,
                certificate.Chain,
                offline: true
            );
        handler.SslOptions.RemoteCertificateValidationCallback = new ServerCertificateCheck(configuration).Verify;
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        Uri server,
        CancellationToken cancellationToken
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            DnsEndPoint to = context.DnsEndPoint;
            if (e is SocketException && (to.Port != server.Port || !to.Host.Equals(server.IdnHost, StringComparison.OrdinalIgnoreCase)))
                throw new ProxyException(to, e.Message, e);
            throw;
        }
    }
}
