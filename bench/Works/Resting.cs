using System.Globalization;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Inside;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Those who watch a large cluster in which nothing happens: the memory of their caches, and what they cost.</summary>
internal static class Resting
{
    private const string Ours = "NodeManager";

    // The server, which runs them for long, has this in its runtimeconfig.json: otherwise threads that find no work spin before they sleep.
    private static readonly Dictionary<string, string> LikeTheServer = new() { ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0" };

    public static IReadOnlyList<string> All { get; } = [Footprint.Usage, Footprint.Monitor, Footprint.Autoscaler];

    /// <summary>It watches, in contrast to what reads once and ends.</summary>
    public static bool Stays(string who) => who != Footprint.Usage;

    public static Work Of(RestingCluster cluster, int nodes, string who) =>
        who switch
        {
            Footprint.Autoscaler => Of(cluster, nodes, who, "an autoscaler at rest over", 100, 0.5),
            Footprint.Monitor => Of(cluster, nodes, who, "a health monitor at rest over", 60, 1),
            _ => Of(cluster, nodes, who, "the caches of a list with usage of", 80, null),
        };

    /// <summary>An embedded cluster in a process of its own.</summary>
    public static Work Embedded(int nodes) =>
        new(
            "rest-sandbox",
            string.Create(
                CultureInfo.InvariantCulture,
                $"an embedded cluster of {nodes} nodes with ten pods each, at rest without a client"
            )
        )
        {
            Contenders =
            [
                new(
                    Ours,
                    stop =>
                        ResidentProcess.RunAsync(
                            new("dotnet", ["exec", BenchedServer.File, "cluster", "--nodes", nodes.ToString(CultureInfo.InvariantCulture)]),
                            TimeSpan.FromMinutes(1.5),
                            TimeSpan.FromMinutes(1),
                            isSilent: true,
                            stop
                        )
                )
                {
                    Samples = 1,
                },
            ],
            IsWarmed = false,
            Goals = [new(Ours, Metric.Core, 2)],
        };

    private static Work Of(RestingCluster cluster, int nodes, string who, string what, int megabytes, double? percent) =>
        new("rest-" + who, string.Create(CultureInfo.InvariantCulture, $"{what} {nodes} nodes with ten pods each"))
        {
            // It takes almost four minutes to come to rest.
            Contenders =
            [
                new(Ours, stop => InsideProcess.RunAsync(["footprint", who, cluster.Kubeconfig], LikeTheServer, stop)) { Samples = 1 },
            ],
            Goals =
            [
                new(Ours, Metric.Live, megabytes * 1048576.0) { Row = who == Footprint.Usage ? Asked.Cache : null },
                .. percent is { } most ? [new(Ours, Metric.Core, most)] : Array.Empty<Goal>(),
            ],
        };
}
