using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager;
using NodeManager.Bench;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Sandbox;

// BenchRequests: a drain of ten nodes and a maintenance of 30, of embedded clusters of 60 nodes; prints what each asked for as rows of a table.
// The clusters have processes of their own (BenchRequests serve): their log of changes grows more than all that a client keeps.
if (args is ["serve"])
{
    using SandboxCluster served = SandboxCluster.Start(new() { Nodes = 60 });
    Console.WriteLine(served.Serve(new()).KubeconfigPath);
    await Console.In.ReadToEndAsync();
    return;
}

DrainOptions options = new()
{
    DeleteEmptyDirData = true,
    DeleteUnmanagedPods = true,
    GracePeriod = TimeSpan.FromSeconds(1),
    Timeout = TimeSpan.FromSeconds(90),
};
Console.WriteLine(
    "| What | Ended | Time | Requests | Watches opened | Watches at a time | Connections at a time | Live memory at most |\n|---|---|--:|--:|--:|--:|--:|--:|"
);
await MeasureAsync(
    "drain of 10 nodes",
    async (session, nodes) =>
    {
        List<string> ended = [];
        await foreach (
            NodeDrainResult result in NodeDrainer.DrainAsync(
                session,
                [.. nodes.Take(10)],
                options,
                NullObserver.Instance,
                CancellationToken.None
            )
        )
            ended.Add(result.Status);
        return Count(ended);
    }
);
await MeasureAsync(
    "maintenance of 30 nodes",
    async (session, nodes) =>
    {
        MaintenanceRequest request = new()
        {
            Nodes = [.. nodes.Take(30)],
            Options = new()
            {
                MaxUnavailable = "5",
                Drain = options with { Timeout = TimeSpan.FromSeconds(20) },
                OnError = MaintenanceErrorAction.Resume,
                WaitReadyTimeout = TimeSpan.FromSeconds(20),
            },
        };
        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, request, new SilentObserver(), CancellationToken.None);
        return Count(outcome.Run.Nodes.Select(static node => node.Status));
    }
);

static string Count(IEnumerable<string> statuses) =>
    string.Join(", ", statuses.CountBy(static status => status).Select(static status => $"{status.Value} {status.Key}"));

static async Task MeasureAsync(string what, Func<NodeManagerSession, IReadOnlyList<string>, Task<string>> run)
{
    using ServedCluster cluster = await ServedCluster.StartAsync();
    using CountingHandler counting = new(cluster.Transport);
    using NodeManagerSession session = await SessionFactory.ConnectAsync(
        "bench",
        cluster.Server,
        counting,
        null,
        NullLogger.Instance,
        TimeProvider.System,
        CancellationToken.None
    );
    List<string> nodes = (
        await session
            .Connection()
            .Client.ListAsync(Resources.Nodes, new() { LabelSelector = "!node-role.kubernetes.io/control-plane" }, CancellationToken.None)
    ).Items.ConvertAll(static node => node.Metadata.Name);
    long before = GC.GetTotalMemory(forceFullCollection: true),
        most = before;
    counting.Reset();
    var watch = Stopwatch.StartNew();
    Task<string> running = run(session, nodes);
    while (await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System)) != running)
        most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
    Console.WriteLine(
        $"| {what} | {await running} | {watch.Elapsed.TotalSeconds:0.0} s | {counting.Requests} | {counting.Watches} | {counting.PeakOfWatches} | {cluster.PeakOfConnections} | +{(most - before) / 1048576.0:0.0} MB |"
    );
    Console.Error.WriteLine(counting.Kinds);
}

internal sealed class SilentObserver : IMaintenanceObserver
{
    public void Started(NodeMaintenanceRun run) { }

    public void NodeStarted(NodeMaintenanceResult node) { }

    public void NodeEnded(NodeMaintenanceResult node) { }

    public void Warning(string message) { }

    public void Verbose(string message) { }

    public void Progress(OperationProgress progress) { }
}
