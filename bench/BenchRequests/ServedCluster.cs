using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Bench;

/// <summary>An embedded cluster in a process of its own, reached over HTTPS. Counts connections.</summary>
internal sealed class ServedCluster : IDisposable
{
    private readonly Process _process;
    private int _open,
        _peak;

    private ServedCluster(Process process, ClusterConfiguration configuration)
    {
        _process = process;
        Server = configuration.Server;
        X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.AddRange(configuration.CertificateAuthorities!);
        AuthenticationHeaderValue authorization = new("Bearer", configuration.User.Token);
        Transport = new WithToken(
            new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                ConnectCallback = ConnectAsync,
                SslOptions = new() { CertificateChainPolicy = trust },
            },
            authorization
        );
    }

    public Uri Server { get; }

    public HttpMessageHandler Transport { get; }

    public int PeakOfConnections => _peak;

    public static async Task<ServedCluster> StartAsync()
    {
        Process process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [Assembly.GetExecutingAssembly().Location, "serve"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        string path =
            await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The embedded cluster did not start.");
        return new(process, Kubeconfig.Load(new() { Paths = [path] }));
    }

    public void Dispose()
    {
        Transport.Dispose();
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        int open = Interlocked.Increment(ref _open);
        for (int peak = _peak; open > peak; peak = _peak)
            Interlocked.CompareExchange(ref _peak, open, peak);
        return new CountedStream(socket, () => Interlocked.Decrement(ref _open));
    }

    private sealed class WithToken(HttpMessageHandler inner, AuthenticationHeaderValue authorization) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = authorization;
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class CountedStream(Socket socket, Action closed) : NetworkStream(socket, ownsSocket: true)
    {
        private Action? _closed = closed;

        protected override void Dispose(bool disposing)
        {
            Interlocked.Exchange(ref _closed, null)?.Invoke();
            base.Dispose(disposing);
        }
    }
}
