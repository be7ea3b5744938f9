using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Those who follow a cluster that changes.</summary>
internal static class Watching
{
    private const string Ours = "Watch-ClusterNode";

    // A collection a minute is part of what it takes.
    private const string Script =
        $"$seen = 0; Watch-ClusterNode | ForEach-Object {{ $_.Node.Name; if (++$seen % 1000 -eq 0) {{ '{ResidentProcess.Live}' + [GC]::GetTotalMemory($true) }} }}";

    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1) / 1000;

    /// <summary>Runs at once with whoever else stays, while <see cref="ChangesOf"/> changes the nodes.</summary>
    public static Work Nodes(BenchSetting setting, int nodes, TimeSpan window) =>
        new(
            "watch",
            string.Create(
                CultureInfo.InvariantCulture,
                $"watch {nodes} nodes while 1,000 of them change a minute, for {window.TotalMinutes} minutes"
            )
        )
        {
            Contenders =
            [
                setting.ResidentShell(Ours, Script, window),
                setting.Resident("kubectl", new(KubectlProgram.Executable, ["get", "nodes", "--watch", "-o", "json"]), window),
            ],
            Goals = [new(Ours, Metric.Core, 3) { Row = Asked.Watch }, new(Ours, Metric.Drift, 1.05) { Row = Asked.Watch }],
        };

    /// <summary>A thousand labels a minute, of one node after another, until it is cancelled.</summary>
    public static Func<CancellationToken, Task> ChangesOf(BenchCluster cluster, int nodes) =>
        async stop =>
        {
            using ApiClient client = cluster.Connect();
            using var timer = new PeriodicTimer(Between, TimeProvider.System);
            for (int turn = 0; await timer.WaitForNextTickAsync(stop); turn++)
                await client.MergeAsync(
                    "api/v1/nodes/" + Documents.NodeName(turn % nodes),
                    new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["bench-change"] = "c" + turn } } },
                    stop
                );
        };
}
