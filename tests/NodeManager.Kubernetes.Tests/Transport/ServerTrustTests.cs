using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Tests.Authentication;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Transport;

public sealed class ServerTrustTests : AuthenticationTestBase
{
    [Fact]
    public async Task An_unknown_authority_is_reported_with_the_presented_certificate()
    {
        using var others = new TestCertificates("other-ca");
        using KubernetesClient client = Client("token: t", "certificate-authority-data: " + Base64(others.AuthorityPem));

        NodeManagerException error = await FailAsync(client, ErrorIds.CertificateUntrusted);

        Assert.Contains(
            "signed by an authority that is not trusted for this cluster. It presented 'CN=test-server', issued by 'CN=test-ca'.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("certificate-authority-data", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task An_intermediate_authority_is_enough()
    {
        using TestCertificates middle = Certificates.Intermediate("middle-ca");
        using TestCertificates stranger = Certificates.Intermediate("stranger-ca");
        await using TlsServer server = await TlsServer.StartAsync(middle.Server());
        using KubernetesClient trusting = Client("token: t", "certificate-authority-data: " + Base64(middle.AuthorityPem), server.Address);
        using KubernetesClient doubting = Client(
            "token: t",
            "certificate-authority-data: " + Base64(stranger.AuthorityPem),
            server.Address
        );

        await trusting.GetVersionAsync(default);
        await FailAsync(doubting, ErrorIds.CertificateUntrusted);

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_authority_of_the_same_name_with_another_key_is_refused()
    {
        using TestCertificates middle = Certificates.Intermediate("middle-ca");
        using TestCertificates forged = Certificates.Intermediate("middle-ca");
        await using TlsServer server = await TlsServer.StartAsync(forged.Server());
        using KubernetesClient client = Client("token: t", "certificate-authority-data: " + Base64(middle.AuthorityPem), server.Address);

        await FailAsync(client, ErrorIds.CertificateUntrusted);

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_expired_certificate_is_reported_with_its_expiry()
    {
        await using TlsServer server = await TlsServer.StartAsync(
            Certificates.Server(new DateTimeOffset(2025, 1, 31, 0, 0, 0, TimeSpan.Zero))
        );
        using KubernetesClient client = Client(
            "token: t",
            "certificate-authority-data: " + Base64(Certificates.AuthorityPem),
            server.Address
        );

        NodeManagerException error = await FailAsync(client, ErrorIds.CertificateExpired);

        Assert.Contains(
            "its certificate is valid from 2020-01-01 00:00:00Z to 2025-01-31 00:00:00Z only.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith("Renew the server's certificate", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Without_an_authority_those_of_the_operating_system_are_used()
    {
        using KubernetesClient client = Client("token: t", "disable-compression: true");

        await FailAsync(client, ErrorIds.CertificateUntrusted);
    }

    [Fact]
    public async Task InsecureSkipTlsVerify_disables_the_check()
    {
        using KubernetesClient client = Client("token: t", "insecure-skip-tls-verify: true");

        Assert.Equal("Bearer t", (await AskAsync(client)).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_certificate_for_other_names_is_reported_with_them_and_accepted_with_TlsServerName()
    {
        await using TlsServer named = await TlsServer.StartAsync(Certificates.Server("kube.example", "other.example"));
        string authority = "certificate-authority-data: " + Base64(Certificates.AuthorityPem);
        using (KubernetesClient client = Client("token: t", authority, named.Address))
        {
            NodeManagerException error = await FailAsync(client, ErrorIds.CertificateUntrusted);
            Assert.Contains(
                "its certificate is for other names than '127.0.0.1' (kube.example, other.example)",
                error.Message,
                StringComparison.Ordinal
            );
            // An authority does not help against a name.
            Assert.Contains("tls-server-name", error.RecommendedAction, StringComparison.Ordinal);
            Assert.DoesNotContain("certificate-authority", error.RecommendedAction, StringComparison.Ordinal);
        }

        using (KubernetesClient client = Client("token: t", authority + ", tls-server-name: kube.example", named.Address))
        {
            await client.GetVersionAsync(default);
            Assert.Single(named.Requests);
        }
    }

    [Fact]
    public async Task An_unavailable_server_is_reported_with_its_address()
    {
        await using TlsServer gone = await TlsServer.StartAsync(Certificates.Server());
        Uri address = gone.Address;
        await gone.DisposeAsync();
        ClusterConfiguration configuration = Configuration("token: t", server: address);
        using KubernetesClient client = KubernetesClient.Create(configuration, new() { Time = new ManualTimeProvider { IsEager = true } });

        NodeManagerException error = await FailAsync(client, ErrorIds.ServerUnreachable);

        Assert.Contains(
            $"'{address.GetLeftPart(UriPartial.Authority)}' cannot be reached (tried 5 times in ",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Requests_go_through_the_proxy()
    {
        await using var proxy = new ConnectProxy();
        using KubernetesClient client = Client(
            "token: t",
            $"proxy-url: '{proxy.Address}', certificate-authority-data: {Base64(Certificates.AuthorityPem)}"
        );

        await AskAsync(client);

        Assert.Equal(Server.Address.Authority, Assert.Single(proxy.Targets));
        Assert.Single(Server.Requests);
    }
}
