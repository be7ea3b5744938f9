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
    private readonly string[] _owners = new string[Documents.Workloads];
    private int _nodes;
    private int _pods;
    private bool _hasMetrics;

    private BenchCluster(ControlPlane plane)
    {
        _plane = plane;
        Api = Connect();
        Kubeconfig = plane.WriteKubeconfig("admin", "system:masters");
        Client = plane.WriteClient("admin", "system:masters");
    }

    public ApiClient Api { get; }

    public Uri Server => _plane.Server;

    public string Kubeconfig { get; }

    /// <summary>Files in PEM.</summary>
    public (string Authority, string Certificate, string Key) Client { get; }

    public static async Task<BenchCluster> StartAsync() => new(await ControlPlane.StartStillAsync());

    /// <summary>A connection of its own.</summary>
    public ApiClient Connect() => new(_plane.Server, _plane.CreateAdminTransport());

    /// <summary>So many nodes and pods in all; never fewer than before.</summary>
    public async Task FillAsync(int nodes, int pods, CancellationToken cancellationToken)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        string now = Now();
        await Parallel.ForAsync(
            _nodes,
            Math.Max(_nodes, nodes),
            limits,
            async (number, stop) => await Api.PostAsync("api/v1/nodes", Documents.Node(number, now), stop)
        );
        _nodes = Math.Max(_nodes, nodes);
        if (pods <= _pods)
            return;
        // Without their owners, a copy of the cluster would delete the pods.
        await Parallel.ForAsync(0, Documents.Workloads, limits, (number, stop) => OwnAsync(number, pods, stop));
        await Parallel.ForAsync(
            _pods,
            pods,
            limits,
            async (number, stop) =>
            {
                await Api.PostAsync(
                    "api/v1/namespaces/default/pods",
                    Documents.Pod(number, Documents.NodeName(number % _nodes), _owners[number % Documents.Workloads]),
                    stop
                );
                await Api.MergeAsync(
                    $"api/v1/namespaces/default/pods/{Documents.PodName(number)}/status",
                    new JsonObject { ["status"] = Documents.Running(now) },
                    stop
                );
            }
        );
        _pods = pods;
    }

    /// <summary>Metrics of all nodes: objects of a kind that is served where metrics-server serves its own.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        if (_hasMetrics)
            return;
        _hasMetrics = true;
        await Api.PostAsync("apis/apiextensions.k8s.io/v1/customresourcedefinitions", Documents.MetricsKind(), cancellationToken);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        while (!await Api.IsServedAsync(Documents.Metrics, cancellationToken))
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        string now = Now();
        await Parallel.ForAsync(
            0,
            _nodes,
            limits,
            async (number, stop) => await Api.PostAsync(Documents.Metrics, Documents.MetricsOf(number, now), stop)
        );
    }

    public void Dispose()
    {
        Api.Dispose();
        _plane.Dispose();
    }

    private async ValueTask OwnAsync(int number, int pods, CancellationToken cancellationToken)
    {
        const string Sets = "apis/apps/v1/namespaces/default/replicasets";
        string path = $"{Sets}/{Documents.ReplicaSetName(number)}";
        if (_owners[number] is null)
            await Api.PostAsync(Sets, Documents.ReplicaSet(number, pods), cancellationToken);
        else
            await Api.MergeAsync(
                path,
                new JsonObject { ["spec"] = new JsonObject { ["replicas"] = Documents.Replicas(number, pods) } },
                cancellationToken
            );
        _owners[number] = (string)(await Api.GetAsync(path, cancellationToken))["metadata"]!["uid"]!;
    }

    private static string Now() =>
        TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
