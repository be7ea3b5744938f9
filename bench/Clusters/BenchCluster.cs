using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Conformance.RealCluster;

namespace NodeManager.Bench.Clusters;

/// <summary>A real API server without controllers, filled as far as the works need it.</summary>
internal sealed class BenchCluster : IDisposable
{
    private const int Concurrency = 64;
    private readonly ControlPlane _plane;
    private int _nodes;
    private int _pods;

    private BenchCluster(ControlPlane plane)
    {
        _plane = plane;
        Api = Connect();
        Kubeconfig = plane.WriteKubeconfig("admin", "system:masters");
    }

    public ApiClient Api { get; }

    public Uri Server => _plane.Server;

    /// <summary>Of the Kubernetes 1.x that it is.</summary>
    public int Minor => _plane.Minor;

    public string Kubeconfig { get; }

    public static async Task<BenchCluster> StartAsync() => new(await ControlPlane.StartStillAsync());

    /// <summary>A connection of its own.</summary>
    public ApiClient Connect() => new(_plane.Server, _plane.CreateAdminTransport());

    /// <summary>So many nodes and pods in all; never fewer than before.</summary>
    public async Task FillAsync(int nodes, int pods, CancellationToken cancellationToken)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        string now = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await Parallel.ForAsync(_nodes, Math.Max(_nodes, nodes), limits, async (number, stop) => await Api.PostAsync("api/v1/nodes", Documents.Node(number, now), stop));
        _nodes = Math.Max(_nodes, nodes);
        await Parallel.ForAsync(_pods, Math.Max(_pods, pods), limits, async (number, stop) =>
        {
            await Api.PostAsync("api/v1/namespaces/default/pods", Documents.Pod(number, Documents.NodeName(number % _nodes)), stop);
            await Api.MergeAsync($"api/v1/namespaces/default/pods/{Documents.PodName(number)}/status", new JsonObject { ["status"] = Documents.Running(now) }, stop);
        });
        _pods = Math.Max(_pods, pods);
    }

    public void Dispose()
    {
        Api.Dispose();
        _plane.Dispose();
    }
}
