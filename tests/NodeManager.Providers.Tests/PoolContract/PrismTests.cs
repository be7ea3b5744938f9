using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.Providers.PoolService;
using NodeManager.Providers.Tests.PoolService;
using NodeManager.Sandbox;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>
/// The client against a mock server that others wrote, and the embedded service behind its validating proxy. Runs where <c>prism</c>
/// (npm: @stoplight/prism-cli) is in the path, or <c>NODEMANAGER_PRISM</c> names it.
/// </summary>
public sealed class PrismTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _specification = Path.Combine(Path.GetTempPath(), $"pools-{Guid.NewGuid():n}.json");
    private Process? _prism;

    [SkippableFact]
    public async Task The_client_works_with_a_mock_of_the_specification()
    {
        Uri mock = await StartAsync("mock");
        using PoolServiceProvider client = new(
            new()
            {
                Configuration = new()
                {
                    Uri = new(mock, "/api/v1"),
                    User = PoolServer.User,
                    Routes = PoolServiceRoutes.Flat,
                },
                Token = "x",
            }
        );
        string id = Guid.NewGuid().ToString();
        JsonObject spec = PoolLab.Spec;

        List<PoolRecord> pools = [];
        await foreach (PoolRecord pool in client.ListAsync(new() { Phase = "Ready", Health = "Healthy" }, default))
            pools.Add(pool);
        List<PoolCluster> clusters = [];
        await foreach (PoolCluster cluster in client.ListClustersAsync(default))
            clusters.Add(cluster);
        PoolRecord read = await client.GetAsync(id, default),
            created = await client.CreateAsync(new("web", id, spec), NullObserver.Instance, default),
            changed = await client.ReplaceAsync(read, "web", spec, default);
        IReadOnlyList<NodePoolControllerStatus> status = await client.GetStatusAsync(id, default);
        await client.ReportStatusAsync(
            id,
            new()
            {
                Controller = "me",
                ObservedGeneration = 1,
                Conditions =
                [
                    new()
                    {
                        Type = "Ready",
                        Status = "True",
                        LastTransitionTime = DateTimeOffset.UnixEpoch,
                    },
                ],
            },
            default
        );
        await client.DeleteAsync(id, default);

        Assert.All([read, created, changed, .. pools], static pool => Assert.True(Guid.TryParse(pool.Id, out _)));
        Assert.NotEmpty(pools);
        Assert.NotEmpty(clusters);
        Assert.NotEmpty(status);
    }

    [SkippableFact]
    public async Task The_simulated_service_passes_a_validating_proxy()
    {
        Require();
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = 0, Speed = 50 });
        using SandboxServer server = cluster.Serve(new());
        Uri proxy = await StartAsync("proxy", server.Address.AbsoluteUri.TrimEnd('/'), "--errors");
        string token = Regex.Match(await File.ReadAllTextAsync(server.KubeconfigPath), "token\"?: *\"?([^\\s\",]+)").Groups[1].Value;
        using PoolServiceProvider client = new(
            new()
            {
                Configuration = new()
                {
                    Uri = new(proxy, "/api/v1"),
                    User = PoolServer.User,
                    Routes = PoolServiceRoutes.Flat,
                },
                Token = token,
            }
        );

        PoolRecord created = await client.CreateAsync(new("web", cluster.Pools.ClusterId, PoolLab.Spec), NullObserver.Instance, default);
        PoolRecord changed = await client.ReplaceAsync(created, "shop", PoolLab.Spec, default);
        await client.ReportStatusAsync(
            created.Id,
            new()
            {
                Controller = "me",
                ObservedGeneration = 2,
                Conditions =
                [
                    new()
                    {
                        Type = "Ready",
                        Status = "True",
                        LastTransitionTime = DateTimeOffset.UnixEpoch,
                    },
                ],
            },
            default
        );
        List<PoolRecord> pools = [];
        await foreach (PoolRecord pool in client.ListAsync(new(), default))
            pools.Add(pool);
        List<PoolCluster> clusters = [];
        await foreach (PoolCluster one in client.ListClustersAsync(default))
            clusters.Add(one);
        IReadOnlyList<NodePoolControllerStatus> status = await client.GetStatusAsync(created.Id, default);
        await client.DeleteAsync(created.Id, default);
        var gone = await Assert.ThrowsAnyAsync<NodeManagerException>(() => client.GetAsync(created.Id, default));
        // Requests that the client never sends: clusters, and what is refused.
        using HttpClient http = new() { BaseAddress = proxy };
        string[] violations = await Task.WhenAll(
            PoolSpecification
                .Operations.Where(static one => one.Method == "GET" && !one.Path.Contains('{', StringComparison.Ordinal))
                .Select(one => AskAsync(http, one.Path, token))
        );

        Assert.Equal(("web", "shop", 2L), (created.Name, changed.Name, changed.Generation));
        Assert.Equal(created.Id, Assert.Single(pools).Id);
        Assert.Equal(cluster.Pools.ClusterId, Assert.Single(clusters).Id);
        Assert.Contains(status, static one => one.Name == "me");
        Assert.Equal(ErrorIds.NodePoolNotFound, gone.ErrorId);
        Assert.All(violations, static one => Assert.Equal("", one));
    }

    public void Dispose()
    {
        _prism?.Kill(entireProcessTree: true);
        _prism?.Dispose();
        File.Delete(_specification);
    }

    // Empty where the proxy has nothing to say against the answer.
    private static async Task<string> AskAsync(HttpClient http, string path, string token)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", token);
        request.Headers.Add("X-User-Email", PoolServer.User);
        using HttpResponseMessage response = await http.SendAsync(request);
        return response.IsSuccessStatusCode ? "" : $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
    }

    private static string Require()
    {
        string? found = Environment.GetEnvironmentVariable("NODEMANAGER_PRISM");
        string[] names = OperatingSystem.IsWindows() ? ["prism.cmd"] : ["prism"];
        found ??= (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        Skip.If(found is null, "prism is not installed: npm install -g @stoplight/prism-cli");
        return found!;
    }

    private async Task<Uri> StartAsync(string mode, params string[] rest)
    {
        string prism = Require();
        await File.WriteAllTextAsync(_specification, PoolSpecification.Normalized());
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        ProcessStartInfo start = new(
            prism,
            [mode, _specification, .. rest, "-h", "127.0.0.1", "-p", port.ToString(System.Globalization.CultureInfo.InvariantCulture)]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The embedded cluster signs its certificate itself.
        start.Environment["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
        _prism = Process.Start(start)!;
        StringBuilder said = new();
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Hear(string? line)
        {
            lock (said)
                said.AppendLine(line);
            if (line?.Contains("is listening", StringComparison.Ordinal) == true)
                ready.TrySetResult();
            if (line is null)
                ready.TrySetException(new InvalidOperationException($"prism ended: {said}"));
        }

        _prism.OutputDataReceived += (_, line) => Hear(line.Data);
        _prism.ErrorDataReceived += (_, line) => Hear(line.Data ?? "");
        _prism.BeginOutputReadLine();
        _prism.BeginErrorReadLine();
        await ready.Task.WaitAsync(Limit);
        return new($"http://127.0.0.1:{port}");
    }
}
