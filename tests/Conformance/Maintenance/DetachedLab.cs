using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Detached;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>A server of detached work that a test starts, kills and starts again. It serves the test's own namespace.</summary>
internal sealed class DetachedLab(TestCluster cluster) : IAsyncDisposable
{
    public const string Collection = "/apis/nodemanager.io/v1alpha1";

    private CancellationTokenSource? _stop;
    private KillSwitch? _power;
    private Task _serving = Task.CompletedTask;

    public string Requests => $"{Collection}/namespaces/{cluster.Namespace}/nodemaintenancerequests";

    /// <summary>Short, as it is waited for after each kill, and long enough for a busy machine to renew it.</summary>
    private TimeSpan Lease => TimeSpan.FromSeconds(cluster.IsReal ? 6 : 15);

    /// <summary>A lab whose definition is served; no server works yet.</summary>
    public static async Task<DetachedLab> StartAsync(TestCluster cluster)
    {
        await InstallAsync(cluster);
        return new(cluster);
    }

    /// <summary>Creates the definition and awaits that it is served.</summary>
    public static async Task InstallAsync(TestCluster cluster)
    {
        string text = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "deploy", "server", "crd.yaml"));
        WireAnswer answer = await cluster.SendAsync("POST", CustomKind.Definitions, text, "application/yaml");
        Assert.True(answer.Code is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.Text);
        await Eventually.HoldsAsync(
            "requests served",
            async () => (await cluster.SendAsync("GET", Collection + "/nodemaintenancerequests")).Code == HttpStatusCode.OK
        );
        JsonNode definition = (await cluster.SendAsync("GET", CustomKind.Definitions + "/nodemaintenancerequests.nodemanager.io")).Json;
        Assert.DoesNotContain(
            definition["status"]!["conditions"]!.AsArray(),
            static one => (string?)one!["type"] == "NonStructuralSchema" && (string?)one["status"] == "True"
        );
    }

    /// <summary>Starts a server, over a session of its own.</summary>
    public async Task ServeAsync()
    {
        NodeManagerSession session = await cluster.ConnectAsync(inner => _power = new(inner));
        Serve(session, cluster.Namespace);
    }

    /// <summary>Starts a server in a session, for a namespace.</summary>
    public void Serve(NodeManagerSession session, string ns)
    {
        _stop = new();
        CancellationToken stop = _stop.Token;
        _serving = Task.Run(() =>
            DetachedServer.RunAsync(session, new() { Namespace = ns, LeaseDuration = Lease }, NullObserver.Instance, stop)
        );
    }

    /// <summary>Nothing that it sends comes through any more, also not that it is gone.</summary>
    public async Task KillAsync()
    {
        _power!.Kill();
        await StopAsync();
    }

    /// <summary>Stops it as a host does.</summary>
    public async Task StopAsync()
    {
        if (_stop is null)
            return;
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _stop = null;
    }

    public async Task<NodeMaintenanceRun> SubmitAsync(IReadOnlyList<string> nodes, MaintenanceOptions? options = null, bool isDrain = false)
    {
        NodeManagerSession session = await cluster.ConnectAsync();
        // The server takes a moment until it leads.
        return await Eventually.GetAsync(
            "a server that leads",
            async () =>
            {
                try
                {
                    return await DetachedSubmitter.SubmitAsync(
                        session,
                        new()
                        {
                            Nodes = [.. nodes],
                            Options = options ?? new(),
                            Namespace = cluster.Namespace,
                        },
                        isDrain,
                        default
                    );
                }
                catch (NodeManagerException none) when (none.ErrorId == ErrorIds.ServerNotRunning)
                {
                    return null!;
                }
            },
            static run => run is not null
        );
    }

    public async Task<NodeMaintenanceRun> ReadAsync(string id) =>
        (await MaintenanceReader.ReadAsync(await cluster.ConnectAsync(), [id], cluster.Namespace, 1, default))[0];

    public async Task<NodeMaintenanceRun> WaitAsync(string id) =>
        await MaintenanceWaiter.WaitAsync(
            await cluster.ConnectAsync(),
            id,
            cluster.Namespace,
            Eventually.Limit,
            NullObserver.Instance,
            default
        );

    public async ValueTask DisposeAsync() => await StopAsync();
}
