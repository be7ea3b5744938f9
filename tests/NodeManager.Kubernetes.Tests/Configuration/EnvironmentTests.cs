using System.Net;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Transport;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Configuration;

/// <summary>What depends on the process' environment; one class, so that these tests do not run concurrently.</summary>
public sealed class EnvironmentTests : IDisposable
{
    private static readonly Uri Server = new("https://api.example");

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _before = [];

    public void Dispose()
    {
        foreach ((string name, string? value) in _before)
            Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    [Fact]
    public void KUBECONFIG_can_name_missing_files()
    {
        string there = _folder.Write("there", "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}");
        string more = _folder.Write("more", "clusters:\n- name: k\n  cluster: {server: https://k.example}\nusers:\n- name: u\n  user: {}");
        Set("KUBECONFIG", string.Join(Path.PathSeparator, _folder.Path("missing"), there, "", more));

        Assert.Equal(new Uri("https://k.example"), Kubeconfig.Load(new()).Server);
        Assert.Equal(["c"], Kubeconfig.ListContexts(null));
    }

    [Theory]
    [InlineData(false, "home", "drive", "home|drive", null)]
    [InlineData(true, "home", "drive", "home|drive", "home")]
    [InlineData(true, "home", "drive", "drive", "drive")]
    [InlineData(true, "home", "drive", "", null)]
    [InlineData(true, null, null, "home|drive", null)]
    public void On_Windows_the_first_home_with_a_kubeconfig_is_used(
        bool isWindows,
        string? home,
        string? drive,
        string existing,
        string? expected
    )
    {
        static string In(string folder) => Path.Combine(folder, ".kube", "config");
        string[] files = [.. existing.Split('|').Select(In)];
        var variables = new Dictionary<string, string?>
        {
            ["HOME"] = home,
            ["HOMEDRIVE"] = drive?[..1],
            ["HOMEPATH"] = drive?[1..],
        };

        Assert.Equal(
            In(expected ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)),
            KubeconfigSet.DefaultPath(isWindows, variables.GetValueOrDefault, path => files.Contains(path))
        );
    }

    [Fact]
    public void An_empty_KUBECONFIG_is_reported()
    {
        Set("KUBECONFIG", _folder.Path("missing"));

        NodeManagerException error = Assert.Throws<NodeManagerException>(() => Kubeconfig.Load(new()));

        Assert.Equal(ErrorIds.KubeconfigNotFound, error.ErrorId);
        Assert.Contains(_folder.Path("missing"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_uses_its_ServiceAccount()
    {
        using var certificates = new TestCertificates();
        await using TlsServer server = await TlsServer.StartAsync(certificates.Server());
        string token = _folder.Write("token", "sa-token\n");
        _folder.Write("namespace", "team\n");
        _folder.Write("ca.crt", certificates.AuthorityPem);
        Set("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        Set("KUBERNETES_SERVICE_PORT", server.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));

        ClusterConfiguration configuration = Kubeconfig.LoadInCluster(_folder.Path("."));
        using KubernetesClient client = KubernetesClient.Create(configuration, new());
        VersionInfo version = await client.GetVersionAsync(default);
        File.WriteAllText(token, "rotated");
        File.SetLastWriteTimeUtc(token, new(2035, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await client.GetVersionAsync(default);

        Assert.Equal(("team", "v1.34.0"), (configuration.Namespace, version.GitVersion));
        Assert.Equal(["Bearer sa-token", "Bearer rotated"], server.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Fact]
    public void An_IPv6_service_gets_its_brackets()
    {
        _folder.Write("token", "t");
        Set("KUBERNETES_SERVICE_HOST", "fd00::1");
        Set("KUBERNETES_SERVICE_PORT", "443");

        Assert.Equal(new Uri("https://[fd00::1]:443"), Kubeconfig.LoadInCluster(_folder.Path(".")).Server);
    }

    [Fact]
    public void Outside_of_a_pod_there_is_no_in_cluster_configuration()
    {
        Set("KUBERNETES_SERVICE_HOST", null);

        Assert.Equal(ErrorIds.NotInCluster, Assert.Throws<NodeManagerException>(() => Kubeconfig.LoadInCluster(_folder.Path("."))).ErrorId);
    }

    [Theory]
    [InlineData("https://api.example:6443", true)]
    [InlineData("https://localhost:6443", false)]
    [InlineData("https://127.0.0.1:6443", false)]
    [InlineData("https://10.1.2.3", false)]
    [InlineData("https://11.1.2.3", true)]
    [InlineData("https://inside.example", false)]
    [InlineData("https://a.inside.example", false)]
    [InlineData("https://notinside.example", true)]
    [InlineData("https://below.example", true)]
    [InlineData("https://a.below.example", false)]
    [InlineData("https://port.example:8443", false)]
    [InlineData("https://port.example", true)]
    [InlineData("https://192.168.0.9", false)]
    [InlineData("http://api.example", false)]
    public void HTTPS_PROXY_and_NO_PROXY_are_read_like_kubectl_does(string destination, bool proxied)
    {
        Set("HTTPS_PROXY", "proxy.example:3128");
        Set("HTTP_PROXY", null);
        Set("http_proxy", null);
        Set("NO_PROXY", "10.0.0.0/8, inside.example,.below.example,port.example:8443,192.168.0.9");

        IWebProxy proxy = EnvironmentProxy.Read(Server);

        Assert.Equal(proxied ? new Uri("http://proxy.example:3128") : null, proxy.GetProxy(new(destination)));
        Assert.Equal(!proxied, proxy.IsBypassed(new(destination)));
    }

    [Fact]
    public void Credentials_in_a_proxy_URL_are_used_and_not_shown()
    {
        Set("HTTPS_PROXY", "http://jane:p%40ss@proxy.example:3128");
        Set("HTTP_PROXY", "http://joe:secret@other.example");
        Set("NO_PROXY", "");

        IWebProxy proxy = EnvironmentProxy.Read(Server);
        Uri https = proxy.GetProxy(new("https://api.example"))!,
            http = proxy.GetProxy(new("http://api.example"))!;

        Assert.Equal((new Uri("http://proxy.example:3128"), new Uri("http://other.example")), (https, http));
        NetworkCredential credential = proxy.Credentials!.GetCredential(https, "Basic")!,
            other = proxy.Credentials.GetCredential(http, "Basic")!;
        Assert.Equal(("jane", "p@ss"), (credential.UserName, credential.Password));
        Assert.Equal(("joe", "secret"), (other.UserName, other.Password));
        Assert.Null(proxy.Credentials.GetCredential(new("http://third.example"), "Basic"));
    }

    [Theory]
    [InlineData("socks5h://proxy.example:1080")]
    [InlineData("SOCKS5H://proxy.example:1080")]
    [InlineData("socks5://proxy.example:1080")]
    public void A_SOCKS_proxy_that_resolves_names_is_a_SOCKS_proxy(string address)
    {
        Set("HTTPS_PROXY", address);
        Set("NO_PROXY", "");

        Assert.Equal(new Uri("socks5://proxy.example:1080"), EnvironmentProxy.Read(Server).GetProxy(Server));
    }

    [Fact]
    public void A_proxy_of_an_unsupported_kind_is_reported_with_its_variable()
    {
        Set("HTTPS_PROXY", "ftp://jane:s3cret@proxy.example:21");
        Set("NO_PROXY", "");

        NodeManagerException error = Assert.Throws<NodeManagerException>(() =>
            KubernetesClient.Create(
                new()
                {
                    Server = Server,
                    ContextName = "c",
                    ClusterName = "k",
                },
                new()
            )
        );

        Assert.Equal(ErrorIds.KubeconfigInvalid, error.ErrorId);
        Assert.Contains("HTTPS_PROXY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_proxy_that_the_server_is_not_reached_by_may_be_of_any_kind()
    {
        Set("HTTPS_PROXY", "ftp://proxy.example:21");
        Set("NO_PROXY", "api.example");

        Assert.True(EnvironmentProxy.Read(Server).IsBypassed(Server));
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
