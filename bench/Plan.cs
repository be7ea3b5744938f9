using System.Runtime.CompilerServices;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;
using NodeManager.Bench.Works;

namespace NodeManager.Bench;

/// <summary>Which works there are, and on which cluster: each cluster is started, and filled, only for works that are wanted.</summary>
internal static class Plan
{
    private const int Few = 1000, CopiedNodes = 500, CopiedPods = 5000;

    public static async IAsyncEnumerable<(Work Work, int ServerMinor)> WorksAsync(BenchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Func<IAsyncEnumerable<(Work, int)>> part in (Func<IAsyncEnumerable<(Work, int)>>[])[
            () => OfNodesAsync(options, cancellationToken), () => OfCopiesAsync(options, cancellationToken), () => OfDrainsAsync(options, cancellationToken),
            () => OfProcessesAsync(options), () => OfRestAsync(options, cancellationToken)])
        {
            await foreach ((Work work, int minor) in part()) yield return (work, minor);
        }
    }

    private static async IAsyncEnumerable<(Work Work, int ServerMinor)> OfNodesAsync(BenchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using BenchCluster cluster = await BenchCluster.StartAsync();
        using var setting = new BenchSetting(cluster, options.Module);
        (int Nodes, int Pods, Func<BenchSetting, Work> Make)[] all =
        [
            (0, 0, SchedulerWorks.Edit),
            (0, 0, static setting => Planning.Fleet(setting, 1500, 5000)),
            (0, 0, static setting => Planning.Fleet(setting, 3000, 12_000)),
            (0, 0, static setting => Embedding.Start(setting, Few)),
            (0, 0, setting => Embedding.Start(setting, options.Nodes)),
            (0, 0, static setting => Embedding.List(setting, Few)),
            (0, 0, setting => Embedding.List(setting, options.Nodes)),
            (Few, 0, static setting => Reading.List(setting, Few)),
            (Few, 0, static setting => Serving.List(setting, Few)),
            (options.Nodes, 0, setting => Reading.List(setting, options.Nodes)),
            (options.Nodes, 0, setting => Serving.List(setting, options.Nodes)),
            (options.Nodes, 0, setting => Reading.Start(setting, options.Nodes)),
            (options.Nodes, 0, static setting => Reading.One(setting, Documents.NodeName(42))),
            (options.Nodes, 0, Changing.Label),
            (options.Nodes, 0, Changing.Taint),
            (options.Nodes, 0, Changing.Cordon),
            (options.Nodes, options.Pods, setting => Reading.Usage(setting, options.Nodes, options.Pods)),
            (options.Nodes, options.Pods, Reading.Statistics),
            (options.Nodes, 0, setting => Watching.Nodes(setting, options.Nodes)),
            (options.Nodes, 0, setting => Serving.Streams(setting, options.Nodes)),
        ];
        HashSet<string> names = [];
        foreach ((int nodes, int pods, Func<BenchSetting, Work> make) in all)
        {
            Work work = make(setting);
            // A large cluster of 1,000 nodes is the small one.
            if (!options.Wants(work.Name) || !names.Add(work.Name)) continue;
            await cluster.FillAsync(nodes, pods, cancellationToken);
            yield return (work, cluster.Minor);
            // What one work has left in memory would slow the next one down.
            setting.EndSessions();
        }
    }

    private static async IAsyncEnumerable<(Work Work, int ServerMinor)> OfCopiesAsync(BenchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!options.Wants("copy")) yield break;
        using BenchCluster cluster = await BenchCluster.StartAsync();
        using var setting = new BenchSetting(cluster, options.Module);
        await cluster.FillAsync(CopiedNodes, CopiedPods, cancellationToken);
        yield return (Embedding.Copy(setting, CopiedNodes, CopiedPods), cluster.Minor);
    }

    private static async IAsyncEnumerable<(Work Work, int ServerMinor)> OfDrainsAsync(BenchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Func<DrainCluster, string, Work>[] all = [Draining.OneNode, Draining.FiveNodes, Draining.TenNodes];
        string[] names = ["drain-1", "drain-5", "drain-10"];
        if (!names.Any(options.Wants)) yield break;
        using DrainCluster cluster = await DrainCluster.StartAsync(cancellationToken);
        foreach (Func<DrainCluster, string, Work> make in all)
        {
            Work work = make(cluster, options.Module);
            if (options.Wants(work.Name)) yield return (work, cluster.Minor);
        }
    }

    // Parts of this program: without a real server.
    private static async IAsyncEnumerable<(Work Work, int ServerMinor)> OfProcessesAsync(BenchOptions options)
    {
        Work[] all = [Planning.Mix(10_000), Planning.Mix(20_000), Planning.Nodes(10_000, 1000), SchedulerWorks.Bind(options.Nodes, 5000)];
        foreach (Work work in all.Where(one => options.Wants(one.Name))) yield return (work, 0);
        await Task.CompletedTask;
    }

    private static async IAsyncEnumerable<(Work Work, int ServerMinor)> OfRestAsync(BenchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!options.Wants("rest-usage") && !options.Wants("rest-monitor") && !options.Wants("rest-autoscaler")) yield break;
        using RestingCluster cluster = await RestingCluster.StartAsync(options.Nodes, cancellationToken);
        Work[] all = [Resting.Usage(cluster, options.Nodes), Resting.Monitor(cluster, options.Nodes), Resting.Autoscaler(cluster, options.Nodes)];
        foreach (Work work in all.Where(one => options.Wants(one.Name))) yield return (work, 0);
    }
}
