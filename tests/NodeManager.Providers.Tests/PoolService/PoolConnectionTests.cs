using System.Text;
using System.Text.RegularExpressions;
using NodeManager.NodePools;
using NodeManager.Providers.PoolService;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.PoolService;

/// <summary>The client over the network: TLS, a proxy, and tokens that change.</summary>
public sealed partial class PoolConnectionTests : IDisposable
{
    private readonly SandboxCluster _cluster = SandboxCluster.Start(new() { Nodes = 2 });
    private readonly TemporaryFolder _folder = new();
    private readonly SandboxServer _server;
    private readonly string _kubeconfig;

    public PoolConnectionTests()
    {
        _server = _cluster.Serve(new());
        _kubeconfig = File.ReadAllText(_server.KubeconfigPath);
    }

    private string Token => TokenPattern().Match(_kubeconfig).Groups[1].Value;

    private Uri Address => new(_server.Address, "/api/v1");

    [Fact]
    public async Task The_authority_of_the_configuration_is_trusted_and_no_other()
    {
        using SandboxCluster other = SandboxCluster.Start(new() { Nodes = 0 });
        using SandboxServer elsewhere = other.Serve(new());
        PoolServiceConfiguration own = new()
        {
            Uri = Address,
            User = PoolLab.User,
            CertificateAuthorityPath = Authority(_kubeconfig),
        };

        Assert.NotEqual(0, await CountAsync(own));
        Assert.NotEqual(
            0,
            await CountAsync(
                new PoolServiceConfiguration()
                {
                    Uri = Address,
                    User = PoolLab.User,
                    SkipCertificateCheck = true,
                }
            )
        );
        foreach (string authority in (string[])["", Authority(File.ReadAllText(elsewhere.KubeconfigPath))])
        {
            var refused = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
                CountAsync(
                    new PoolServiceConfiguration()
                    {
                        Uri = Address,
                        User = PoolLab.User,
                        CertificateAuthorityPath = authority,
                    }
                )
            );
            Assert.Equal((ErrorIds.CertificateUntrusted, ErrorKind.SecurityError), (refused.ErrorId, refused.Kind));
        }
    }

    [Fact]
    public async Task Requests_go_through_the_proxy_of_the_configuration()
    {
        await using ConnectProxy proxy = new();
        PoolServiceConfiguration configuration = new()
        {
            Uri = Address,
            User = PoolLab.User,
            CertificateAuthorityPath = Authority(_kubeconfig),
            Proxy = proxy.Address,
        };

        Assert.NotEqual(0, await CountAsync(configuration));
        Assert.Equal($"{Address.Host}:{Address.Port}", Assert.Single(proxy.Targets));
    }

    [Fact]
    public async Task A_refused_token_is_reread_from_its_file()
    {
        string path = _folder.Path("token");
        await File.WriteAllTextAsync(path, "expired");
        using PoolServiceProvider client = new(
            new()
            {
                Configuration = new()
                {
                    Uri = Address,
                    User = PoolLab.User,
                    CertificateAuthorityPath = Authority(_kubeconfig),
                    TokenPath = path,
                },
            }
        );

        var refused = await Assert.ThrowsAnyAsync<NodeManagerException>(() => CountAsync(client));
        await File.WriteAllTextAsync(path, Token + "\n");

        Assert.Equal((ErrorIds.Unauthorized, ErrorKind.AuthenticationError), (refused.ErrorId, refused.Kind));
        Assert.NotEqual(0, await CountAsync(client));
    }

    public void Dispose()
    {
        _server.Dispose();
        _cluster.Dispose();
        _folder.Dispose();
    }

    private async Task<int> CountAsync(PoolServiceConfiguration configuration)
    {
        using PoolServiceProvider client = new(new() { Configuration = configuration, Token = Token });
        return await CountAsync(client);
    }

    private static async Task<int> CountAsync(PoolServiceProvider client)
    {
        int count = 0;
        await foreach (PoolRecord _ in client.ListAsync(new(), default))
            count++;
        return count;
    }

    private string Authority(string kubeconfig)
    {
        string path = _folder.Path(Guid.NewGuid().ToString("n"));
        File.WriteAllText(path, Encoding.UTF8.GetString(Convert.FromBase64String(AuthorityPattern().Match(kubeconfig).Groups[1].Value)));
        return path;
    }

    [GeneratedRegex("""token"?: *"?([^\s",]+)""")]
    private static partial Regex TokenPattern();

    [GeneratedRegex("""certificate-authority-data"?: *"?([^\s",]+)""")]
    private static partial Regex AuthorityPattern();
}
