using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Providers.ServerProcesses;
using NodeManager.Sandbox;
using NodeManager.Server.Clusters;
using NodeManager.Server.Options;
using NodeManager.Server.Tour;
using NodeManager.Sessions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Serving;

/// <summary>A cluster that another process hands over on standard input.</summary>
public sealed class HandoverTests : IDisposable
{
    private readonly SandboxCluster _sandbox = SandboxCluster.Start(
        new()
        {
            Nodes = 6,
            Rbac = true,
            Programs = SandboxPrograms.All,
        }
    );

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_server_runs_until_its_input_ends()
    {
        using SandboxServer front = _sandbox.Serve(new() { WritesKubeconfig = false });
        using var input = new Lines();
        var output = new Lines();
        input.WriteLine(JsonSerializer.Serialize(Of(front.Access), ServerJson.Default.ServerHandover));
        using var parent = new HandoverLifetime(input, output.Writer);
        ServerOptions options = CommandLines.Parse("serve", "--handover", "--port", "0") with { Handed = parent.ReadHandover() };
        await using var app = (WebApplication)ServerHost.Build(options, new Terminal(TextWriter.Null, false), parent);
        await app.StartAsync();
        ServerAnnouncement announced = await output.AnnouncementAsync();

        using var client = new HttpClient { BaseAddress = announced.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", announced.ViewerToken);
        Assert.Contains(
            "worker-1a-01",
            await client.GetStringAsync(new Uri("/api/plugins/streamspace-node-manager/nodes", UriKind.Relative)),
            StringComparison.Ordinal
        );
        Assert.True((await client.GetAsync(new Uri("/api/v1/nodepools", UriKind.Relative))).IsSuccessStatusCode);

        input.WriteLine(ServerAnnouncement.LinkRequest);
        ServerAnnouncement renewed = await output.AnnouncementAsync();
        Assert.NotEqual(announced.SignInLink, renewed.SignInLink);
        Assert.Equal("", renewed.AdminToken);

        input.End();
        await app.WaitForShutdownAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("not a description")]
    [InlineData("""{"Cluster":"x","Token":5,"Address":"https://secret@127.0.0.1"}""")]
    public void A_malformed_description_is_refused_and_not_repeated(string line)
    {
        using var parent = new HandoverLifetime(new StringReader(line), TextWriter.Null);

        var refused = Assert.Throws<NodeManagerException>(parent.ReadHandover);

        Assert.Equal(ErrorIds.ServerStartFailed, refused.ErrorId);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_authority_and_a_wrong_token_are_refused()
    {
        using SandboxServer front = _sandbox.Serve(new() { WritesKubeconfig = false }),
            other = _sandbox.Serve(new() { WritesKubeconfig = false });

        Assert.Equal(ErrorIds.CertificateUntrusted, await FailureAsync(Of(front.Access) with { AuthorityPem = other.Access.AuthorityPem }));
        Assert.Equal(ErrorIds.Unauthorized, await FailureAsync(Of(front.Access) with { Token = other.Access.Token }));
    }

    [Fact]
    public async Task A_kubeconfig_is_handed_over_by_its_files_and_its_context_as_they_were()
    {
        using SandboxServer front = _sandbox.Serve(new());
        string folder = Path.GetDirectoryName(front.KubeconfigPath)!;
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, front.KubeconfigPath);
        KubeconfigRequest? origin = Kubeconfig
            .Load(
                new()
                {
                    Paths = [relative],
                    ImpersonateUser = "someone",
                    ImpersonateGroups = ["a"],
                }
            )
            .Origin;

        var handed = new ServerHandover { Cluster = "c", Kubeconfig = origin };
        string line = JsonSerializer.Serialize(handed, ServerJson.Default.ServerHandover);
        ServerHandover read = JsonSerializer.Deserialize(line, ServerJson.Default.ServerHandover)!;

        Assert.Equal([Path.Combine(folder, "kubeconfig")], read.Kubeconfig!.Paths);
        Assert.Equal("sandbox", read.Kubeconfig.Context);
        Assert.DoesNotContain(front.Access.Token, line, StringComparison.Ordinal);
        using NodeManagerSession session = await HandedCluster.ConnectAsync(read, NullLogger.Instance, CancellationToken.None);
        Assert.Equal(("someone", "Kubeconfig"), (session.User, session.Source));
        Assert.Equal(["a"], session.Groups);
    }

    [Fact]
    public void A_server_in_a_pod_acts_as_the_user_of_its_session()
    {
        using TemporaryFolder mount = new();
        mount.Write("token", "sa-token");
        ServerHandover handed = new()
        {
            Cluster = "in-cluster",
            IsInCluster = true,
            ImpersonateUser = "auditor",
            ImpersonateGroups = ["readers"],
        };
        string line = JsonSerializer.Serialize(handed, ServerJson.Default.ServerHandover);
        ServerHandover read = JsonSerializer.Deserialize(line, ServerJson.Default.ServerHandover)!;
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", "1");
        try
        {
            ClusterConfiguration configuration = HandedCluster.Read(read, mount.Path("."));
            Assert.Equal("auditor", configuration.ImpersonatedUser);
            Assert.Equal(["readers"], configuration.ImpersonatedGroups);
            Assert.Null(HandedCluster.Read(read with { ImpersonateUser = "" }, mount.Path(".")).ImpersonatedUser);
        }
        finally
        {
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", null);
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", null);
        }
    }

    [Fact]
    public void Descriptions_print_no_credentials()
    {
        ServerHandover handed = new()
        {
            Cluster = "c",
            Token = "secret",
            PoolService = new() { Uri = new("https://pools.example.com"), Token = "secret" },
        };
        ServerAnnouncement announced = new()
        {
            Address = new("http://127.0.0.1:1"),
            AdminToken = "secret",
            ViewerToken = "secret",
            SignInLink = "http://127.0.0.1:1/#secret",
        };

        Assert.DoesNotContain(
            "secret",
            $"{handed} {handed.PoolService} {announced} {new SandboxAccess(new("https://127.0.0.1"), "", "secret")}",
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("serve", "--handover", "--kubeconfig", "x")]
    [InlineData("serve", "--handover", "--once")]
    [InlineData("serve", "--in-cluster", "--handover")]
    public void Only_the_port_comes_as_an_argument(params string[] arguments) =>
        Assert.Throws<FormatException>(() => CommandLines.Parse(arguments));

    private static ServerHandover Of(SandboxAccess access) =>
        new()
        {
            Cluster = "sandbox",
            Address = access.Server,
            AuthorityPem = access.AuthorityPem,
            Token = access.Token,
            PoolService = new()
            {
                Uri = access.Server,
                User = SandboxPoolService.User,
                Routes = PoolServiceRoutes.Flat,
                Token = access.Token,
                AuthorityPem = access.AuthorityPem,
                Timeout = TimeSpan.FromSeconds(30),
            },
        };

    private static async Task<string> FailureAsync(ServerHandover handed) =>
        (
            await Assert.ThrowsAsync<NodeManagerException>(() =>
                HandedCluster.ConnectAsync(handed, NullLogger.Instance, CancellationToken.None)
            )
        ).ErrorId;

    /// <summary>A pipe of lines.</summary>
    private sealed class Lines : TextReader
    {
        private readonly System.Collections.Concurrent.BlockingCollection<string> _lines = [];

        public TextWriter Writer => new LineWriter(_lines);

        public void WriteLine(string line) => _lines.Add(line);

        public void End() => _lines.CompleteAdding();

        public override string? ReadLine() => _lines.TryTake(out string? line, Timeout.Infinite) ? line : null;

        public Task<ServerAnnouncement> AnnouncementAsync() =>
            Task.Run(() => JsonSerializer.Deserialize(ReadLine()!, ServerJson.Default.ServerAnnouncement)!)
                .WaitAsync(TimeSpan.FromMinutes(2));

        private sealed class LineWriter(System.Collections.Concurrent.BlockingCollection<string> lines) : StringWriter
        {
            public override void WriteLine(string? value) => lines.Add(value!);
        }
    }
}
