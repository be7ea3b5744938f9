using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Changes of a thousand nodes.</summary>
internal static class Changing
{
    private const int Count = 1000;

    // As many at a time as NodeManager sends.
    private const int Concurrency = 32;
    private const string Selector = "example.com/thousand=t0";
    private const string Ours = "NodeManager",
        Kubectl = "kubectl",
        Raw = "PATCHes sent raw";
    private const string These = "$these = @(Get-ClusterNode -Selector '" + Selector + "')";

    private static int s_turn;

    public static Work Label(BenchSetting setting) =>
        Of(
            setting,
            "label",
            "label 1,000 nodes",
            "$these | Set-NodeLabel -Label @{ 'bench-label' = \"n$([guid]::NewGuid().ToString('n'))\" } -Overwrite",
            null,
            () => setting.Kubectl(Kubectl, "label", "nodes", "-l", Selector, $"bench-label=k{Next()}", "--overwrite"),
            static () =>
                new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["bench-label"] = "r" + Next() } } },
            5
        );

    public static Work Taint(BenchSetting setting) =>
        Of(
            setting,
            "taint",
            "taint 1,000 nodes",
            "$these | Set-NodeTaint -Key bench -Value \"n$([guid]::NewGuid().ToString('n'))\" -Effect PreferNoSchedule -Overwrite",
            null,
            () => setting.Kubectl(Kubectl, "taint", "nodes", "-l", Selector, $"bench=k{Next()}:PreferNoSchedule", "--overwrite"),
            static () =>
                new JsonObject
                {
                    ["spec"] = new JsonObject
                    {
                        ["taints"] = new JsonArray(
                            new JsonObject
                            {
                                ["key"] = "bench",
                                ["value"] = "r" + Next(),
                                ["effect"] = "PreferNoSchedule",
                            }
                        ),
                    },
                },
            5
        );

    /// <summary>kubectl sends five requests a second: it cordons three of 17 teams' nodes, which takes it more than half a minute.</summary>
    public static Work Cordon(BenchSetting setting) =>
        Of(
            setting,
            "cordon",
            "cordon 1,000 nodes",
            "$these | Suspend-NodeScheduling",
            "$these | Resume-NodeScheduling",
            () => setting.Kubectl("kubectl, 177 of them", "cordon", "-l", Selector + ",example.com/team in (team-0,team-1,team-2)"),
            static () => new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = true } },
            1
        );

    private static Work Of(
        BenchSetting setting,
        string name,
        string what,
        string ours,
        string? undo,
        Func<Contender> kubectl,
        Func<JsonObject> raw,
        int kubectlSamples
    )
    {
        // What the objects say is what the nodes have: read before each, not measured.
        Func<CancellationToken, Task> prepare = setting.Before((undo is null ? "" : These + "; " + undo + "; ") + These);
        string peer = kubectl().Name;
        return new(name, what + ", read before, connected")
        {
            Contenders =
            [
                setting.Connected(Ours, ours, null) with
                {
                    PrepareAsync = prepare,
                },
                new(Raw, stop => PatchAsync(setting.Cluster, Count, "", raw, stop)) { PrepareAsync = prepare },
                new(peer, stop => kubectl().RunAsync(stop)) { PrepareAsync = prepare, Samples = kubectlSamples },
            ],
            Goals = [new(Ours, Metric.Time, 1.3, Raw) { Row = Asked.Changes }, new(Ours, Metric.Time, 0.4, peer) { Row = Asked.Changes }],
            FinishAsync = undo is null ? null : setting.Before(These + "; " + undo),
        };
    }

    /// <summary>The same patch of the first nodes, as many at a time as NodeManager sends.</summary>
    public static async Task<Sample> PatchAsync(
        BenchCluster cluster,
        int count,
        string query,
        Func<JsonObject> patch,
        CancellationToken cancellationToken
    )
    {
        using ApiClient client = cluster.Connect();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(
            0,
            count,
            limits,
            async (number, stop) => await client.MergeAsync($"api/v1/nodes/{Documents.NodeName(number)}{query}", patch(), stop)
        );
        return new(watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
    }

    private static string Next() => Interlocked.Increment(ref s_turn).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
