using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Http;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>A cluster, in which nothing acts on its own unless another is given, served; with a client that holds its kubeconfig, and raw connections.</summary>
internal sealed class ServedCluster : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    public ServedCluster(ServerLimits? limits = null, int logCapacity = DocumentStore.DefaultLogCapacity)
        : this(SandboxCluster.StartStill(new() { Nodes = 0 }, logCapacity), limits) { }

    /// <param name="cluster">Is disposed with this.</param>
    /// <param name="limits">The server's own where nothing is said.</param>
    public ServedCluster(SandboxCluster cluster, ServerLimits? limits)
    {
        Cluster = cluster;
        Server = Cluster.Serve(new(), limits ?? ServerLimits.Default);
        Token = Read("token");
        Authority = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(Read("certificate-authority-data"))));
        Http = new(CreateHandler()) { BaseAddress = Server.Address };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public SandboxCluster Cluster { get; }

    public SandboxServer Server { get; }

    public string Token { get; }

    public HttpClient Http { get; }

    public X509Certificate2 Authority { get; }

    /// <summary>Trusts the authority of the kubeconfig, and shows no token.</summary>
    public SocketsHttpHandler CreateHandler() => new() { SslOptions = Tls() };

    /// <summary>A TLS connection on which a test says what it wants.</summary>
    public async Task<SslStream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Server.Address.Port);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(Tls());
        return stream;
    }

    /// <summary>Sends bytes as they are, and returns all bytes until the server closes.</summary>
    public async Task<string> SendRawAsync(string text)
    {
        await using SslStream stream = await ConnectAsync();
        if (text.Length > 0)
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        return await ReadToEndAsync(stream);
    }

    public static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync().WaitAsync(Timeout);
    }

    /// <summary>The status line's code and the Status object of a raw answer.</summary>
    public static (int Code, JsonObject Status) Split(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, "no answer: " + answer);
        return (
            int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture),
            JsonNode.Parse(answer[(end + 4)..])!.AsObject()
        );
    }

    public void Dispose()
    {
        Http.Dispose();
        Cluster.Dispose();
        Authority.Dispose();
    }

    private string Read(string member) =>
        File.ReadLines(Server.KubeconfigPath).First(line => line.Contains(member + ":", StringComparison.Ordinal)).Split(": ")[1];

    private SslClientAuthenticationOptions Tls() =>
        new()
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { Authority },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };
}
