using System.Text;
using NodeManager.Providers.Http;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.Http;

/// <summary>Whom to trust helps against an unknown issuer, and not against a certificate for another name.</summary>
public sealed class CertificateAdviceTests : IDisposable
{
    private const string Trust = "Trust its issuer.";

    private readonly TestCertificates _certificates = new();

    [Theory]
    [InlineData("other.example", true, "other.example", false)]
    [InlineData("", false, "", true)]
    public async Task Advice_matches_what_is_wrong(string name, bool isTrusted, string message, bool helpsTrust)
    {
        await using TlsServer server = await TlsServer.StartAsync(name.Length == 0 ? _certificates.Server() : _certificates.Server(name));
        string? bundle = isTrusted ? Convert.ToBase64String(Encoding.ASCII.GetBytes(_certificates.AuthorityPem)) : null;
        using HttpClient client = new(ProviderHttp.Transport(bundle, insecure: false));

        HttpRequestException failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Address));

        Assert.True(ProviderHttp.IsCertificateRefused(failure), failure.ToString());
        Assert.Contains(message, failure.GetBaseException().Message, StringComparison.Ordinal);
        Assert.Equal(helpsTrust, ProviderHttp.CertificateAdvice(failure, Trust) == Trust);
    }

    [Fact]
    public async Task A_trusted_certificate_for_the_address_is_accepted()
    {
        await using TlsServer server = await TlsServer.StartAsync(_certificates.Server());
        using HttpClient client = new(
            ProviderHttp.Transport(Convert.ToBase64String(Encoding.ASCII.GetBytes(_certificates.AuthorityPem)), insecure: false)
        );

        using HttpResponseMessage answer = await client.GetAsync(server.Address);

        Assert.True(answer.IsSuccessStatusCode);
    }

    public void Dispose() => _certificates.Dispose();
}
