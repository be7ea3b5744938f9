using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Configuration;

/// <summary>kubectl judges: what arrives at a server is compared with what the table says, for NodeManager and for the kubectl that is found.</summary>
public sealed class KubectlTests(KubectlTests.Servers servers) : IClassFixture<KubectlTests.Servers>
{
    private const int OldestJudge = 30;

    private static readonly Lazy<(string? Path, string Missing)> Kubectl = new(FindKubectl);

    public static TheoryData<string> Names => [.. KubeconfigCases.All.Select(one => one.Name)];

    // Without kubectl one row says so for all of them.
    public static TheoryData<string> JudgedNames => Kubectl.Value.Path is null ? ["all cases"] : Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task NodeManager_sends_the_requests_of_the_table(string name)
    {
        KubeconfigCase one = KubeconfigCases.All.Single(candidate => candidate.Name == name);
        Assert.True(one.Ours is null == (one.Because.Length == 0), "a difference has a reason");
        string path = servers.Write(one);
        string seen = await servers.ObserveAsync(async () =>
        {
            try
            {
                using KubernetesClient client = KubernetesClient.Create(Kubeconfig.Load(one.Request(path)), new());
                await client.GetVersionAsync(default);
            }
            catch (NodeManagerException)
            {
                // It is refused, with an error of ours.
            }
        });

        Assert.Equal(Servers.Complete(one.Ours ?? one.Kubectl), seen);
    }

    [SkippableTheory]
    [MemberData(nameof(JudgedNames))]
    public async Task Kubectl_sends_the_requests_of_the_table(string name)
    {
        Skip.If(Kubectl.Value.Path is null, Kubectl.Value.Missing);
        KubeconfigCase one = KubeconfigCases.All.Single(candidate => candidate.Name == name);
        string path = servers.Write(one);

        Assert.Equal(
            Servers.Complete(one.Kubectl),
            await servers.ObserveAsync(() => RunAsync(Kubectl.Value.Path!, [.. one.Arguments(path)]))
        );
    }

    private static (string? Path, string Missing) FindKubectl()
    {
        string folders =
            Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        foreach (
            string path in folders
                .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Select(folder => Path.Combine(folder, "kubectl"))
                .Where(File.Exists)
        )
        {
            string answer = RunAsync(path, ["version", "--client", "-o", "json"]).GetAwaiter().GetResult();
            if (
                int.TryParse(((string?)JsonNode.Parse(answer)?["clientVersion"]?["minor"])?.TrimEnd('+'), out int minor)
                && minor >= OldestJudge
            )
                return (path, "");
        }

        return (null, $"There is no kubectl of 1.{OldestJudge} or later in KUBEBUILDER_ASSETS or PATH.");
    }

    private static async Task<string> RunAsync(string kubectl, string[] arguments)
    {
        ProcessStartInfo start = new(kubectl, arguments);
        start.Environment.Remove("KUBECONFIG");
        return (await ProcessRun.RunAsync(start, TimeSpan.FromMinutes(2))).Output;
    }

    /// <summary>A server with TLS, one without, and what kubeconfigs name.</summary>
    public sealed class Servers : IAsyncLifetime, IDisposable
    {
        private static readonly string Valid = IdToken(DateTimeOffset.UtcNow.AddHours(1)),
            Expired = IdToken(DateTimeOffset.UtcNow.AddSeconds(5));

        private readonly TemporaryFolder _folder = new();
        private readonly TestCertificates _certificates = new();
        private readonly TestCertificates _others = new();
        private X509Certificate2 _certificate = null!;
        private (string Certificate, string Key) _client;
        private TlsServer _https = null!,
            _http = null!,
            _nameless = null!;

        public async Task InitializeAsync()
        {
            _certificate = _certificates.Server();
            // Once: an RSA key takes as long as a case.
            (string certificate, string key, _) = _certificates.RsaClient("jane");
            _client = (certificate, key);
            _https = await TlsServer.StartAsync(_certificate);
            _http = await TlsServer.StartAsync(null);
            _nameless = await TlsServer.StartAsync(_certificates.WithoutNames("127.0.0.1"));
        }

        public async Task DisposeAsync()
        {
            foreach (TlsServer server in (TlsServer[])[_https, _http, _nameless])
                await server.DisposeAsync();
        }

        public void Dispose()
        {
            _folder.Dispose();
            _certificates.Dispose();
            _others.Dispose();
        }

        public string Write(KubeconfigCase one)
        {
            string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + _certificates.AuthorityPem;
            _folder.Write("token", "filetoken\n");
            _folder.Write("ca.crt", _certificates.AuthorityPem);
            _folder.Write("leaf.crt", _certificate.ExportCertificatePem());
            _folder.Write("client.crt", _client.Certificate);
            _folder.Write("client.key", _client.Key);
            string text = one
                .Config.Replace("{https}", Address(_https), StringComparison.Ordinal)
                .Replace("{http}", Address(_http), StringComparison.Ordinal)
                .Replace("{https@}", Address(_https).Replace("://", "://u:p@", StringComparison.Ordinal), StringComparison.Ordinal)
                .Replace("{http@}", Address(_http).Replace("://", "://u:p@", StringComparison.Ordinal), StringComparison.Ordinal)
                .Replace(
                    "{mapped}",
                    Address(_https).Replace("127.0.0.1", "[::ffff:127.0.0.1]", StringComparison.Ordinal),
                    StringComparison.Ordinal
                )
                .Replace("{short}", Address(_https).Replace("127.0.0.1", "127.1", StringComparison.Ordinal), StringComparison.Ordinal)
                .Replace("{server64}", Base64(Address(_https)), StringComparison.Ordinal)
                .Replace("{valid}", Valid, StringComparison.Ordinal)
                .Replace("{expired}", Expired, StringComparison.Ordinal)
                .Replace("{nameless}", Address(_nameless), StringComparison.Ordinal)
                .Replace("{host}", _http.Address.Authority, StringComparison.Ordinal)
                .Replace("{ca}", Base64(_certificates.AuthorityPem), StringComparison.Ordinal)
                .Replace("{other}", Base64(_others.AuthorityPem), StringComparison.Ordinal)
                .Replace("{broken}", Base64(broken), StringComparison.Ordinal)
                .Replace("{cert}", Base64(_client.Certificate), StringComparison.Ordinal)
                .Replace("{key}", Base64(_client.Key), StringComparison.Ordinal);
            string path = _folder.Path("config");
            File.WriteAllBytes(path, (one.Name == KubeconfigCases.Latin1 ? Encoding.Latin1 : Encoding.UTF8).GetBytes(text));
            return path;
        }

        /// <summary>What a case says, with the tokens of this run.</summary>
        public static string Complete(string seen) => seen.Replace("{valid}", Valid, StringComparison.Ordinal);

        /// <summary>What the last request had, or that none came.</summary>
        public async Task<string> ObserveAsync(Func<Task> act)
        {
            foreach (TlsServer server in (TlsServer[])[_https, _http, _nameless])
                server.Requests.Clear();
            await act();
            return _https.Requests.Concat(_nameless.Requests).LastOrDefault() is { } https ? "https" + Describe(https)
                : _http.Requests.LastOrDefault() is { } http ? "http" + Describe(http)
                : KubeconfigCase.Refused;
        }

        private static string Describe(TlsRequest request)
        {
            const string extra = "impersonate-extra-";
            var text = new StringBuilder();
            foreach (string value in request.Values("Authorization"))
                text.Append(' ').Append(value);
            if (request.ClientCertificate is not null)
                text.Append(" cert");
            foreach (string value in request.Values("Impersonate-User"))
                text.Append(" as ").Append(value);
            if (request.Values("Impersonate-Group").ToArray() is { Length: > 0 } groups)
                text.Append(" groups ").AppendJoin(',', groups);
            foreach (string value in request.Values("Impersonate-Uid"))
                text.Append(" uid ").Append(value);
            foreach ((string name, string value) in request.Lines.Select(line => (line.Name.ToLowerInvariant(), line.Value)).Order())
                if (name.StartsWith(extra, StringComparison.Ordinal))
                    text.Append(' ').Append(name[extra.Length..]).Append('=').Append(value);
            return text.ToString();
        }

        private static string Address(TlsServer server) => server.Address.GetLeftPart(UriPartial.Authority);

        private static string IdToken(DateTimeOffset expires) =>
            $"{Base64Url.EncodeToString("{}"u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"exp":{{expires.ToUnixTimeSeconds()}}}"""))}.c2ln";

        private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }
}
