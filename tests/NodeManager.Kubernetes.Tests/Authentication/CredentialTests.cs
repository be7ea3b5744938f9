using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Authentication;

public sealed class CredentialTests : AuthenticationTestBase
{
    [Theory]
    [InlineData("rsa", "pkcs8")]
    [InlineData("rsa", "pkcs1")]
    [InlineData("ec", "pkcs8")]
    [InlineData("ec", "sec1")]
    public async Task Client_certificates_are_presented(string kind, string format)
    {
        (string certificate, string pkcs8, string own) = kind == "rsa" ? Certificates.RsaClient("jane") : Certificates.EcClient("jane");
        using KubernetesClient client = Client(
            $"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(format == "pkcs8" ? pkcs8 : own)}"
        );

        TlsRequest seen = await AskAsync(client);

        Assert.Equal(("CN=jane", "HTTP/2"), (seen.ClientCertificate, seen.Protocol));
        Assert.DoesNotContain("Authorization", seen.Headers.Keys);
    }

    [Fact]
    public async Task An_expired_client_certificate_is_reported_before_anything_is_sent()
    {
        (string certificate, string key, _) = Certificates.RsaClient("jane", end: Time.GetUtcNow() - TimeSpan.FromDays(1));
        using KubernetesClient client = Client($"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}");

        NodeManagerException error = await FailAsync(client, ErrorIds.CertificateExpired);

        Assert.Equal("The client certificate of the user 'jane' (CN=jane) expired on 2025-12-31 00:00:00Z.", error.Message);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Client_certificate_files_are_read_again_every_minute()
    {
        WriteCertificate("jane");
        using KubernetesClient client = Client("client-certificate: client.crt, client-key: client.key");
        Assert.Equal("CN=jane", (await AskAsync(client)).ClientCertificate);

        WriteCertificate("joe");
        Assert.Equal("CN=jane", (await AskAsync(client)).ClientCertificate);
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("CN=joe", (await AskAsync(client)).ClientCertificate);
    }

    [Fact]
    public async Task A_former_client_certificate_is_used_while_its_files_are_replaced()
    {
        WriteCertificate("jane");
        using KubernetesClient client = Client("client-certificate: client.crt, client-key: client.key");
        await AskAsync(client);

        Folder.Write("client.crt", Certificates.EcClient("joe").Certificate);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("CN=jane", (await AskAsync(client)).ClientCertificate);

        File.Delete(Folder.Path("client.crt"));
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("CN=jane", (await AskAsync(client)).ClientCertificate);

        WriteCertificate("joe");
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("CN=joe", (await AskAsync(client)).ClientCertificate);
    }

    [Fact]
    public async Task Client_certificate_files_are_read_again_when_the_certificate_has_expired()
    {
        WriteCertificate("jane", Time.GetUtcNow() + TimeSpan.FromSeconds(20));
        using KubernetesClient client = Client("client-certificate: client.crt, client-key: client.key");
        await AskAsync(client);
        Time.Advance(TimeSpan.FromSeconds(30));
        await FailAsync(client, ErrorIds.CertificateExpired);

        WriteCertificate("joe");

        Assert.Equal("CN=joe", (await AskAsync(client)).ClientCertificate);
    }

    [Fact]
    public async Task A_token_is_sent()
    {
        using KubernetesClient client = Client("token: t0k3n");

        Assert.Equal("Bearer t0k3n", (await AskAsync(client)).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_user_name_and_a_password_are_sent()
    {
        using KubernetesClient client = Client("username: jane, password: 'pässwörd:1'");

        Assert.Equal("Basic " + Base64("jane:pässwörd:1"), (await AskAsync(client)).Headers["Authorization"]);
    }

    [Fact]
    public async Task An_anonymous_user_sends_nothing()
    {
        using KubernetesClient client = Client("");

        TlsRequest seen = await AskAsync(client);

        Assert.DoesNotContain("Authorization", seen.Headers.Keys);
        Assert.Null(seen.ClientCertificate);
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_it_changes_and_every_minute()
    {
        string path = Folder.Write("token", "one\n");
        File.SetLastWriteTimeUtc(path, new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        using KubernetesClient client = Client("tokenFile: token");
        Assert.Equal("Bearer one", (await AskAsync(client)).Headers["Authorization"]);

        File.WriteAllText(path, "two");
        Assert.Equal("Bearer two", (await AskAsync(client)).Headers["Authorization"]);

        DateTime written = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, "three");
        File.SetLastWriteTimeUtc(path, written);
        Assert.Equal("Bearer two", (await AskAsync(client)).Headers["Authorization"]);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Bearer three", (await AskAsync(client)).Headers["Authorization"]);

        File.Delete(path);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Bearer three", (await AskAsync(client)).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_its_token_is_refused()
    {
        string path = Folder.Write("token", "old");
        using KubernetesClient client = Client("tokenFile: token");
        await AskAsync(client);

        DateTime written = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, "new");
        File.SetLastWriteTimeUtc(path, written);
        Expected = "new";

        Assert.Equal("Bearer new", (await AskAsync(client)).Headers["Authorization"]);
        Assert.Equal(3, Server.Requests.Count);
    }

    [Fact]
    public async Task A_refused_static_token_is_reported_as_unauthorized()
    {
        Expected = "another";
        using KubernetesClient client = Client("token: t0k3n");

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync(default));

        Assert.Equal(HttpStatusCode.Unauthorized, error.Code);
        Assert.DoesNotContain("t0k3n", error.ToString(), StringComparison.Ordinal);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task Impersonation_headers_are_sent_with_each_request()
    {
        using KubernetesClient client = Client(
            "token: t, as: joe, as-uid: '7', as-groups: [dev], as-user-extra: {'Example.com/Scope': [a]}"
        );

        TlsRequest seen = await AskAsync(client);

        Assert.Equal(("joe", "7"), (seen.Headers["Impersonate-User"], seen.Headers["Impersonate-Uid"]));
        Assert.Equal("dev", seen.Headers["Impersonate-Group"]);
        Assert.Equal("a", seen.Headers["Impersonate-Extra-example.com%2Fscope"]);
    }

    [Fact]
    public async Task Each_impersonated_group_is_sent_as_its_own_header()
    {
        using KubernetesClient one = Client("token: t, as: joe, as-groups: [dev]");
        Assert.Equal("HTTP/2", (await AskAsync(one)).Protocol);
        using KubernetesClient several = Client("token: t, as: joe, as-groups: [dev, 'a, b', öps], as-user-extra: {scopes: [v, w]}");

        TlsRequest seen = await AskAsync(several);

        Assert.Equal(["dev", "a, b", "öps"], seen.Values("Impersonate-Group"));
        Assert.Equal(["v", "w"], seen.Values("Impersonate-Extra-scopes"));
        Assert.Equal(["joe"], seen.Values("Impersonate-User"));
        Assert.Equal("HTTP/1.1", seen.Protocol);
    }

    [Fact]
    public async Task Impersonated_groups_are_resent_with_a_new_token()
    {
        string path = Folder.Write("token", "old");
        using KubernetesClient client = Client("tokenFile: token");
        using KubernetesClient joe = client.ActAs("joe", ["dev", "ops"]);
        await AskAsync(joe);
        DateTime written = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, "new");
        File.SetLastWriteTimeUtc(path, written);
        Expected = "new";

        TlsRequest seen = await AskAsync(joe);

        Assert.Equal(3, Server.Requests.Count);
        Assert.Equal("Bearer new", seen.Headers["Authorization"]);
        Assert.All(Server.Requests, request => Assert.Equal(["dev", "ops"], request.Values("Impersonate-Group")));
    }

    [Fact]
    public void An_impersonated_name_with_a_line_break_is_refused()
    {
        using KubernetesClient client = Client("token: t");

        NodeManagerException error = Assert.Throws<NodeManagerException>(() =>
            client.ActAs("joe", ["dev", "ops\r\nImpersonate-Group: system:masters"])
        );

        Assert.Equal((ErrorIds.CredentialUnsupported, ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
    }

    [Fact]
    public async Task A_token_file_of_several_lines_is_an_error_that_does_not_quote_it()
    {
        Folder.Write("token", "s3cret\nX-Other: y");
        using KubernetesClient client = Client("tokenFile: token");

        NodeManagerException error = await FailAsync(client, ErrorIds.KubeconfigInvalid);

        Assert.Contains("contains a line break", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_contains_method_path_and_status_code_without_secrets()
    {
        using KubernetesClient client = Client("token: t0k3n");

        TlsRequest seen = await AskAsync(client);

        (_, string message) = Assert.Single(Logger.Entries);
        Assert.StartsWith("GET /version: 200 in ", message, StringComparison.Ordinal);
        Assert.StartsWith("NodeManager/", seen.Headers["User-Agent"], StringComparison.Ordinal);
    }

    private void WriteCertificate(string name, DateTimeOffset? end = null)
    {
        (string certificate, string key, _) = Certificates.RsaClient(name, end);
        Folder.Write("client.crt", certificate);
        Folder.Write("client.key", key);
    }
}
