using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using NodeManager.Testing;

namespace NodeManager.Conformance.Serving;

/// <summary>npm's oidc-provider on loopback (tests/oidc-issuer), with a certificate of an authority of its own.</summary>
internal sealed class IssuerProcess : IDisposable
{
    public const string ClientId = "console",
        Secret = "a-secret-of-the-client";

    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "tests", "oidc-issuer");

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private IssuerProcess(string address, string external)
    {
        Address = address;
        using TestCertificates authority = new();
        using X509Certificate2 certificate = authority.Server();
        AuthorityFile = _folder.Write("ca.crt", authority.AuthorityPem);
        SecretFile = _folder.Write("secret", Secret);
        KeyFile = _folder.Write("session.key", new string('k', 48));
        JsonObject configuration = new()
        {
            ["port"] = new Uri(address).Port,
            ["certificate"] = _folder.Write("tls.crt", certificate.ExportCertificatePem()),
            ["key"] = _folder.Write("tls.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            ["clientId"] = ClientId,
            ["clientSecret"] = Secret,
            ["redirectUris"] = new JsonArray(external + "/sign-in/callback"),
            ["signedOutUris"] = new JsonArray(external + "/"),
        };
        _process = Process.Start(
            new ProcessStartInfo("node", ["issuer.mjs", configuration.ToJsonString()])
            {
                WorkingDirectory = Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
    }

    public string Address { get; }

    public string AuthorityFile { get; }

    public string SecretFile { get; }

    public string KeyFile { get; }

    /// <summary>Why it cannot run; empty: it can.</summary>
    public static string Missing =>
        !Directory.Exists(Path.Combine(Folder, "node_modules")) ? "tests/oidc-issuer has no packages; run npm ci there"
        : OperatingSystem.IsWindows() ? "the control plane does not run on Windows"
        : "";

    /// <param name="external">Where browsers reach the console.</param>
    public static async Task<IssuerProcess> StartAsync(int port, string external)
    {
        IssuerProcess issuer = new($"https://127.0.0.1:{port}", external);
        await issuer.AwaitAsync("ready");
        return issuer;
    }

    /// <summary>Changes the user: <c>groups</c>, <c>lifetime</c> of ID tokens in seconds, <c>refuses</c>.</summary>
    public async Task ChangeAsync(JsonObject user)
    {
        await _process.StandardInput.WriteLineAsync(user.ToJsonString());
        await _process.StandardInput.FlushAsync();
        await AwaitAsync("changed");
    }

    /// <summary>A browser that trusts the issuer and keeps its cookies.</summary>
    public HttpClient CreateBrowser()
    {
        X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(AuthorityFile);
        return new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                SslOptions = new() { CertificateChainPolicy = trust },
            }
        );
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task AwaitAsync(string line)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is { } read)
        {
            if (read == line)
                return;
        }

        throw new InvalidOperationException("The issuer ended.");
    }
}
