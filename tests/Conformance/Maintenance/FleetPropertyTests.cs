using System.Collections.Concurrent;
using System.Diagnostics;
using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Maintenance;

/// <summary>
/// Clusters made by chance on a clock that runs fast: a run over all of their nodes ends, and of each node that it gives up it has said before
/// it cordoned it for the last time that it cannot or may not be drained. As many clusters as <c>NODEMANAGER_FLEETS</c> says, 200 by default, from the seed that <c>NODEMANAGER_FLEETS_SEED</c> says.
/// </summary>
[Takes(90)]
public sealed class FleetPropertyTests(ITestOutputHelper output)
{
    private static readonly int Fleets = ProofSize.Read("NODEMANAGER_FLEETS", 200);
    private static readonly int FirstSeed = ProofSize.Read("NODEMANAGER_FLEETS_SEED", 1);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task Random_runs_complete_or_predict_their_blockers()
    {
        ConcurrentBag<string> counted = [],
            failures = [];

        await Parallel.ForEachAsync(
            Enumerable.Range(FirstSeed, Fleets),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (seed, _) => counted.Add(await RunAsync(seed, failures))
        );

        foreach (IGrouping<string, string> group in counted.GroupBy(c => c))
            output.WriteLine($"{group.Count(), 5} {group.Key}");
        Assert.True(failures.IsEmpty, string.Join("\n", failures));
    }

    private static async Task<string> RunAsync(int seed, ConcurrentBag<string> failures)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox, workloads: true, speed: 600);
        var scenario = new PlanScenario(seed);
        await scenario.BuildAsync(cluster);
        IReadOnlyList<string> nodes =
        [
            .. (await cluster.Client.ListAsync(Kubernetes.Requests.Resources.Nodes, new(), default)).Items.Select(n => n.Metadata.Name),
        ];
        ForetellingLog log = new();
        using CancellationTokenSource stop = new();
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            new()
            {
                MaxUnavailable = $"{1 + (seed % 3)}",
                OnError = MaintenanceErrorAction.Resume,
                Drain = scenario.Options with { Timeout = null },
            }
        ) with
        {
            LeaseDuration = TimeSpan.FromMinutes(10),
        };
        Task<MaintenanceOutcome> running = NodeMaintainer.RunAsync(await cluster.ConnectAsync(), request, log, stop.Token);

        DateTimeOffset start = cluster.Time.GetUtcNow();
        long begun = Stopwatch.GetTimestamp();
        while (!running.IsCompleted && !IsLate(cluster.Time.GetUtcNow() - start, Stopwatch.GetElapsedTime(begun)))
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(20)));
        bool hasEnded = running.IsCompleted;
        await stop.CancelAsync();
        MaintenanceOutcome outcome = await running;
        NodeMaintenanceResult[] failed = [.. outcome.Run.Nodes.Where(n => n.Status == NodeMaintenanceStatus.Failed)];
        NodeMaintenanceResult[] unforetold = [.. failed.Where(n => !log.IsForetold(n.Node))];
        if (unforetold.Length > 0 || (!hasEnded && !log.HasSaid))
            failures.Add(
                $"seed {seed}: nothing was said of {string.Join(", ", unforetold.Select(n => n.Node))}: {outcome.Run.Describe()}\n    {string.Join("\n    ", log.Lines)}"
            );
        return !hasEnded ? "in progress or blocked, as foretold"
            : failed.Length > 0 ? "ended, and some failed as foretold"
            : "completed";

        // The cluster's half hour takes three seconds, in which a busy machine may not have run the maintenance at all.
        bool IsLate(TimeSpan there, TimeSpan here) => log.HasSaid ? there > Timeout / 6 : there > Timeout && here > Eventually.Limit;
    }

    private sealed class ForetellingLog : IMaintenanceObserver
    {
        private readonly ConcurrentDictionary<string, bool> _foretold = [],
            _begunAfter = [];
        private volatile bool _isBlocked;

        public ConcurrentQueue<string> Foretold { get; } = new();

        /// <summary>Whether it was said of any node before or while it was drained that its drain does not end.</summary>
        public bool HasSaid => _isBlocked || !Foretold.IsEmpty;

        /// <summary>What happened, for a failure's message.</summary>
        public ConcurrentQueue<string> Lines { get; } = new();

        /// <summary>Whether something was said of the node before it was cordoned for the last time.</summary>
        public bool IsForetold(string node) => _begunAfter.GetValueOrDefault(node);

        public void Started(NodeMaintenanceRun run) { }

        public void NodeStarted(NodeMaintenanceResult node)
        {
            _begunAfter[node.Node] = _foretold.ContainsKey(node.Node);
            Lines.Enqueue($"started {node.Node}");
        }

        public void NodeEnded(NodeMaintenanceResult node) => Lines.Enqueue($"ended {node.Node} {node.Status}");

        public void Warning(string message)
        {
            Lines.Enqueue(message);
            // Of pods that came to the node after the forecast, such as those that waited for others of their affinity.
            _isBlocked |= message.Contains("; blocked: ", StringComparison.Ordinal);
            bool foretells =
                message.Contains("cannot be drained", StringComparison.Ordinal)
                || message.Contains("might not drain completely", StringComparison.Ordinal);
            if (!foretells)
                return;
            Foretold.Enqueue(message);
            _foretold[message.Split(' ')[1]] = true;
        }

        public void Verbose(string message) => Lines.Enqueue(message);

        public void Progress(Core.Progress.OperationProgress progress) { }
    }
}
