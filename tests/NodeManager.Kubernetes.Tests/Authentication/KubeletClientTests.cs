using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Authentication;

public sealed class KubeletClientTests : AuthenticationTestBase
{
    [Theory]
    [InlineData("")]
    [InlineData(", token: t0k3n")]
    [InlineData(", username: jane, password: secret")]
    public async Task A_kubelet_gets_the_certificate_of_the_user_and_nothing_else(string others)
    {
        using KubernetesClient client = Client(WithCertificate() + others);
        using KubernetesClient kubelet = client.ForKubelet("127.0.0.1", Server.Address.Port);

        await ReadAsync(kubelet);

        TlsRequest seen = Assert.Single(Server.Requests);
        Assert.Equal(
            ("CN=jane", "/logs/?query=kubelet&tailLines=5&sinceTime=2026-01-01T00:00:00Z&boot=-1&pattern=a%20b"),
            (
                seen.ClientCertificate,
                Uri.UnescapeDataString(seen.Path) == seen.Path ? seen.Path : seen.Path.Replace("%3A", ":", StringComparison.Ordinal)
            )
        );
        Assert.DoesNotContain("Authorization", seen.Headers.Keys);
    }

    [Theory]
    [InlineData("token: t0k3n", "no client certificate, and a token is not sent")]
    [InlineData("username: jane, password: secret", "no client certificate")]
    [InlineData("", "no client certificate")]
    public async Task A_user_without_a_certificate_is_refused_before_anything_is_sent(string user, string why)
    {
        using KubernetesClient client = Client(user);
        using KubernetesClient kubelet = client.ForKubelet("127.0.0.1", Server.Address.Port);

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => ReadAsync(kubelet));

        Assert.Equal(ErrorIds.CredentialUnsupported, error.ErrorId);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public void A_user_that_is_impersonated_is_refused_as_kubelets_ignore_it()
    {
        using KubernetesClient configured = Client(WithCertificate() + ", as: joe");
        using KubernetesClient client = Client(WithCertificate());

        NodeManagerException asConfigured = Assert.Throws<NodeManagerException>(() => configured.ForKubelet("127.0.0.1", 1));
        NodeManagerException asCaller = Assert.Throws<NodeManagerException>(() => client.ActAs("joe", []).ForKubelet("127.0.0.1", 1));

        Assert.All([asConfigured, asCaller], static error => Assert.Equal(ErrorIds.CredentialUnsupported, error.ErrorId));
    }

    [Theory]
    [InlineData("tls-server-name: kube.example")]
    [InlineData("insecure-skip-tls-verify: true")]
    public async Task The_kubelets_certificate_is_verified_whatever_is_configured_for_the_server(string cluster)
    {
        using var others = new TestCertificates("other-ca");
        await using TlsServer stranger = await TlsServer.StartAsync(others.Server());
        string authority = cluster.StartsWith("insecure", StringComparison.Ordinal)
            ? ""
            : "certificate-authority-data: " + Base64(Certificates.AuthorityPem) + ", ";
        using KubernetesClient client = Client(WithCertificate(), authority + cluster);
        using KubernetesClient kubelet = client.ForKubelet("127.0.0.1", stranger.Address.Port);

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => ReadAsync(kubelet));

        Assert.Equal(ErrorIds.CertificateUntrusted, error.ErrorId);
        Assert.Empty(stranger.Requests);
    }

    private static Task<string> ReadAsync(KubernetesClient kubelet) =>
        kubelet.ReadNodeLogAsync(
            null,
            new()
            {
                Query = "kubelet",
                TailLines = 5,
                SinceTime = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
                Boot = -1,
                Pattern = "a b",
            },
            static async (body, _, token) => await new StreamReader(body).ReadToEndAsync(token),
            CancellationToken.None
        );

    private string WithCertificate()
    {
        (string certificate, string key, _) = Certificates.EcClient("jane");
        return $"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}";
    }
}
