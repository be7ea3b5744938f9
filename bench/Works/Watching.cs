using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Those who follow a cluster that changes.</summary>
internal static class Watching
{
    private const string Ours = "Watch-ClusterNode";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1), Between = TimeSpan.FromMinutes(1) / 1000;

    public static Work Nodes(BenchSetting setting, int nodes) => new("watch", $"watch {nodes} nodes while 1,000 of them change a minute")
    {
        Contenders =
        [
            setting.ResidentShell(Ours, "Watch-ClusterNode | ForEach-Object { $_.Node.Name }", Window, ChangesOf(setting.Cluster, nodes)),
            setting.Resident("kubectl", new("kubectl", ["get", "nodes", "--watch", "-o", "json"]), Window, ChangesOf(setting.Cluster, nodes)),
        ],
        Goals = [new(Ours, Metric.Core, 3)],
    };

    /// <summary>A thousand labels a minute, of one node after another, until it is cancelled.</summary>
    public static Func<CancellationToken, Task> ChangesOf(BenchCluster cluster, int nodes) => async stop =>
    {
        using ApiClient client = cluster.Connect();
        using var timer = new PeriodicTimer(Between, TimeProvider.System);
        for (int turn = 0; await timer.WaitForNextTickAsync(stop); turn++)
            await client.MergeAsync("api/v1/nodes/" + Documents.NodeName(turn % nodes), new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["bench-change"] = "c" + turn } } }, stop);
    };
}
