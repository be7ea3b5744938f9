using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Api;
using NodeManager.Server.Clusters;
using NodeManager.Server.Options;
using NodeManager.Server.Tests.Limits;
using NodeManager.Sessions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.SignIn;

/// <summary>Replicas of the server over an embedded cluster whose API server trusts an issuer; its group operators may change nodes.</summary>
public sealed class SignInLab : IAsyncLifetime
{
    public const string Origin = "https://console.example.com";

    private readonly TemporaryFolder _folder = new();
    private readonly List<WebApplication> _replicas = [];
    private NodeManagerSession _session = null!;

    internal FakeIssuer Issuer { get; private set; } = null!;

    internal ListLogger Log { get; } = new();

    /// <summary>Two replicas with one key, and one with another key.</summary>
    public string First { get; private set; } = "";
    public string Second { get; private set; } = "";
    public string Stranger { get; private set; } = "";

    /// <summary>Behind a path prefix.</summary>
    public string Prefixed { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Issuer = await FakeIssuer.StartAsync();
        SandboxCluster sandbox = SandboxCluster.Start(
            new()
            {
                Nodes = 6,
                Rbac = true,
                Programs = SandboxPrograms.All,
            }
        );
        _session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            new IssuerReview(Issuer, sandbox.CreateTransport()),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        await new ApiAccount(_session).AllowAsync(
            "operators",
            """[{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch","patch"]}]""",
            """{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"operators"}"""
        );
        First = await ServeAsync("key-of-the-replicas", Origin);
        Second = await ServeAsync("key-of-the-replicas", Origin);
        Stranger = await ServeAsync("another-key", Origin);
        Prefixed = await ServeAsync("key-of-the-replicas", Origin + "/ops/console");
    }

    public async Task DisposeAsync()
    {
        foreach (WebApplication replica in _replicas)
            await replica.DisposeAsync();
        _session.Dispose();
        await Issuer.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Signs in at a replica as a person does, and returns the answer of the callback.</summary>
    internal async Task<HttpResponseMessage> SignInAsync(SignInBrowser browser, string begin, string? end = null, string page = "/admin")
    {
        using HttpResponseMessage started = await browser.OpenAsync(begin, "/sign-in/start?return=" + Uri.EscapeDataString(page));
        return await browser.OpenAsync(end ?? begin, "/sign-in/callback" + Issuer.Approve(started.Headers.Location!));
    }

    /// <summary>Serves the console itself over HTTPS; returns its external URL.</summary>
    internal async Task<string> ServeConsoleAsync(string prefix)
    {
        int port;
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        string external = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}{prefix}");
        await ServeAsync(
            "key-of-the-replicas",
            external,
            Pages.ConsoleFiles.Read(Path.Combine(ConsoleFlowTests.Folder, "obj", "console")),
            new ServerCertificate(_folder.Write("tls.pem", Issuer.CreateCertificate()), null)
        );
        return external;
    }

    private async Task<string> ServeAsync(
        string key,
        string external,
        Pages.ConsoleFiles? console = null,
        ServerCertificate? certificate = null
    )
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new ListProvider(Log)).AddFilter("Microsoft", LogLevel.None);
        builder.Services.AddSingleton(console ?? Pages.ConsoleFiles.None);
        builder.Services.AddSingleton(_ => new ClusterSession(_ => Task.FromResult(_session)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        OidcSettings settings = new(
            Issuer.Address,
            FakeIssuer.ClientId,
            _folder.Write("secret", FakeIssuer.Secret + "\n"),
            _folder.Write("ca", Issuer.AuthorityPem),
            ["kubernetes"],
            [],
            new(external),
            _folder.Write(key, new string('k', 40) + key)
        );
        WebApplication app = ApiHost.Build(
            builder,
            new(IPAddress.Loopback, certificate is null ? 0 : settings.ExternalUrl.Port, certificate, IsDelegated: true, Oidc: settings)
        );
        _replicas.Add(app);
        await app.StartAsync();
        return app.Urls.First();
    }

    private sealed class ListProvider(ILogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose() { }
    }

    /// <summary>The API server accepts the tokens of the issuer.</summary>
    private sealed class IssuerReview(FakeIssuer issuer, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith("/tokenreviews", StringComparison.Ordinal))
                return await base.SendAsync(request, cancellationToken);
            string token = (string)JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!["spec"]!["token"]!;
            JsonObject? user = issuer.UserOf(token);
            JsonObject review = new()
            {
                ["status"] = new JsonObject { ["authenticated"] = user is not null, ["user"] = user },
            };
            return new(HttpStatusCode.Created)
            {
                RequestMessage = request,
                Content = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json"),
            };
        }
    }
}
