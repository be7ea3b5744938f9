using System.Globalization;
using System.Runtime.CompilerServices;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;
using NodeManager.Bench.Works;

namespace NodeManager.Bench;

/// <summary>Which works there are, and on which cluster: each cluster is started, and filled, only for works that are wanted.</summary>
internal static class Plan
{
    private const int Few = 1000,
        Many = 10_000,
        Huge = 20_000,
        PodsPerNode = 10,
        CopiedNodes = 500,
        CopiedPods = 5000,
        BoundPods = 400;

    /// <summary>Independent of each other: one that cannot start does not keep the others from it.</summary>
    public static IReadOnlyList<(string Name, Func<IAsyncEnumerable<Step>> Works)> Parts(
        BenchOptions options,
        CancellationToken cancellationToken
    ) =>
        [
            ("nodes", () => OnClusterAsync(options, OfNodes(options), cancellationToken)),
            (
                "copies",
                () =>
                    OnClusterAsync(
                        options,
                        [new("copy", CopiedNodes, CopiedPods, static setting => Embedding.Copy(setting, CopiedNodes, CopiedPods))],
                        cancellationToken
                    )
            ),
            ("drains", () => OfDrainsAsync(options, cancellationToken)),
            ("processes", () => OfProcessesAsync(options)),
            ("embedded clusters", () => OnClusterAsync(options, OfEmbedded(options), cancellationToken)),
            ("residents", () => OfResidentsAsync(options, cancellationToken)),
        ];

    // Of a real API server without controllers.
    private static Planned[] OfNodes(BenchOptions options)
    {
        int nodes = options.Nodes,
            pods = options.Pods;
        return
        [
            new("scheduler-edit", 0, 0, SchedulerWorks.Edit),
            new(Named("list", Few), Few, 0, static setting => Reading.List(setting, Few)),
            new(Named("server", Few), Few, 0, static setting => Serving.List(setting, Few)),
            new(Named("usage", Few), Few, Few * PodsPerNode, static setting => Reading.Usage(setting, Few, Few * PodsPerNode)),
            new(Named("statistics", Few), Few, Few * PodsPerNode, static setting => Reading.Statistics(setting, Few)),
            new(Named("list", nodes), nodes, 0, setting => Reading.List(setting, nodes)),
            new(Named("server", nodes), nodes, 0, setting => Serving.List(setting, nodes)),
            new("start", nodes, 0, setting => Reading.Start(setting, nodes)),
            .. options.HasNativeCode
                ? [new("start-compiled", nodes, 0, setting => Reading.Compiled(setting, nodes))]
                : Array.Empty<Planned>(),
            new("node", nodes, 0, static setting => Reading.One(setting, Documents.NodeName(42))),
            new("label", nodes, 0, Changing.Label),
            new("taint", nodes, 0, Changing.Taint),
            new("cordon", nodes, 0, Changing.Cordon),
            new(Named("usage", nodes), nodes, pods, setting => Reading.Usage(setting, nodes, pods)),
            new(Named("statistics", nodes), nodes, pods, setting => Reading.Statistics(setting, nodes)),
            new("metrics", nodes, pods, setting => Reading.Metrics(setting, nodes)) { HasMetrics = true },
            // Last, because the cluster grows.
            new(Named("pipeline", Few), Few, 0, static setting => Piping.Of(setting, Few)),
            new(Named("pipeline", Many), Many, 0, static setting => Piping.Of(setting, Many)),
        ];
    }

    // Of embedded clusters. The sessions are connected to a real one too, of which they ask nothing.
    private static Planned[] OfEmbedded(BenchOptions options) =>
        [
            new(Named("sandbox", Few), 0, 0, static setting => Embedding.Start(setting, Few)),
            new(Named("sandbox", options.Nodes), 0, 0, setting => Embedding.Start(setting, options.Nodes)),
            new(Named("sandbox-list", Few), 0, 0, static setting => Embedding.List(setting, Few)),
            new(Named("sandbox-list", options.Nodes), 0, 0, setting => Embedding.List(setting, options.Nodes)),
            new(Named("sandbox", Huge), 0, 0, static setting => Embedding.Large(setting, Huge)),
            new("plan-1500", 0, 0, static setting => Planning.Fleet(setting, 1500, 5000)),
            new("plan-3000", 0, 0, static setting => Planning.Fleet(setting, 3000, 12_000)),
        ];

    private static async IAsyncEnumerable<Step> OnClusterAsync(
        BenchOptions options,
        IEnumerable<Planned> all,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // A large cluster of 1,000 nodes is the small one.
        Planned[] wanted = [.. all.Where(one => options.Wants(one.Name)).DistinctBy(static one => one.Name)];
        if (wanted.Length == 0)
            yield break;
        using BenchCluster cluster = await BenchCluster.StartAsync();
        using var setting = new BenchSetting(cluster, options.Module);
        foreach (Planned planned in wanted)
        {
            await cluster.FillAsync(planned.Nodes, planned.Pods, cancellationToken);
            if (planned.HasMetrics)
                await cluster.MeasureAsync(cancellationToken);
            yield return new(planned.Make(setting));
            // What one work has left in memory would slow the next one down.
            setting.EndSessions();
        }
    }

    private static async IAsyncEnumerable<Step> OfDrainsAsync(
        BenchOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Func<DrainCluster, string, Work>[] all = [Draining.Plan, Draining.OneNode, Draining.FiveNodes, Draining.TenNodes];
        string[] names = ["drain-plan", "drain-1", "drain-5", "drain-10"];
        if (!names.Any(options.Wants))
            yield break;
        using DrainCluster cluster = await DrainCluster.StartAsync(cancellationToken);
        foreach ((string name, Func<DrainCluster, string, Work> make) in names.Zip(all))
        {
            if (options.Wants(name))
                yield return new(make(cluster, options.Module));
        }
    }

    // Parts of this program: without a real server.
    private static async IAsyncEnumerable<Step> OfProcessesAsync(BenchOptions options)
    {
        Work[] all =
        [
            Planning.Mix(10_000),
            Planning.Mix(20_000),
            Planning.Mix(20_000, isRich: true),
            Planning.Nodes(10_000, 1000),
            Planning.Consolidation(20_000, 2000),
            SchedulerWorks.Bind(options.Nodes, BoundPods),
            Demonstrating.Of(Demonstrating.Few),
            Demonstrating.Of(options.Nodes),
            Resting.Embedded(options.Nodes),
        ];
        foreach (Work work in all.Where(one => options.Wants(one.Name)))
            yield return new(work);
        await Task.CompletedTask;
    }

    // What stays for minutes and takes next to nothing: at once, on clusters of their own.
    private static async IAsyncEnumerable<Step> OfResidentsAsync(
        BenchOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        int nodes = options.Nodes;
        bool watches = options.Wants("watch"),
            serves = options.Wants("server-events");
        string[] resting = [.. Resting.All.Where(who => options.Wants("rest-" + who))];
        using BenchCluster? cluster = watches || serves ? await BenchCluster.StartAsync() : null;
        using BenchSetting? setting = cluster is null ? null : new(cluster, options.Module);
        if (cluster is not null)
            await cluster.FillAsync(nodes, serves ? options.Pods : 0, cancellationToken);
        using (RestingCluster? rest = resting.Length > 0 ? await RestingCluster.StartAsync(nodes, cancellationToken) : null)
        {
            foreach (string who in resting.Where(static who => !Resting.Stays(who)))
                yield return new(Resting.Of(rest!, nodes, who));
            Work[] atOnce =
            [
                .. watches ? [Watching.Nodes(setting!, nodes, TimeSpan.FromMinutes(options.Minutes))] : Array.Empty<Work>(),
                .. resting.Where(Resting.Stays).Select(who => Resting.Of(rest!, nodes, who)),
            ];
            if (atOnce.Length > 0)
                yield return new(atOnce) { During = watches ? Watching.ChangesOf(cluster!, nodes) : static _ => Task.CompletedTask };
        }

        if (serves)
            yield return new(Serving.Streams(setting!, nodes, options.Minutes));
    }

    private static string Named(string work, int nodes) => string.Create(CultureInfo.InvariantCulture, $"{work}-{nodes}");

    /// <summary>A work, and the nodes and pods that it needs at least.</summary>
    private sealed record Planned(string Name, int Nodes, int Pods, Func<BenchSetting, Work> Make)
    {
        public bool HasMetrics { get; init; }
    }
}
