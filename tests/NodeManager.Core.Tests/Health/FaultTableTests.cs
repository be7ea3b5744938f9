using NodeManager.Core.Health;
using NodeManager.Core.Progress;
using NodeManager.Core.Tests.Support;
using NodeManager.Sandbox.Api.Faults;

namespace NodeManager.Core.Tests.Health;

/// <summary>What every fault of the embedded cluster shows as: findings on the nodes that it hits, or none.</summary>
public sealed class FaultTableTests : IAsyncLifetime
{
    private const string None = "";

    private static readonly Dictionary<string, (FaultRequest Fault, string Expected)> Faults = new()
    {
        [SandboxFaultKind.NodeDown] = (new() { Kind = SandboxFaultKind.NodeDown }, "Critical Unreachable"),
        [SandboxFaultKind.KubeletDown] = (new() { Kind = SandboxFaultKind.KubeletDown }, "Critical Unreachable"),
        [SandboxFaultKind.KubeletPaused] = (new() { Kind = SandboxFaultKind.KubeletPaused }, "Critical Unreachable"),
        [SandboxFaultKind.NodeFlapping] = (new() { Kind = SandboxFaultKind.NodeFlapping }, "Flapping"),
        [SandboxFaultKind.NodeSlow] = (new() { Kind = SandboxFaultKind.NodeSlow }, None),
        [SandboxFaultKind.MemoryPressure] = (new() { Kind = SandboxFaultKind.MemoryPressure }, "Warning MemoryPressure"),
        [SandboxFaultKind.DiskPressure] = (new() { Kind = SandboxFaultKind.DiskPressure }, "Warning DiskPressure"),
        [SandboxFaultKind.PIDPressure] = (new() { Kind = SandboxFaultKind.PIDPressure }, "Warning PIDPressure"),
        [SandboxFaultKind.NetworkUnavailable] = (new() { Kind = SandboxFaultKind.NetworkUnavailable }, "Critical NetworkUnavailable"),
        [SandboxFaultKind.ClockSkew] = (
            new() { Kind = SandboxFaultKind.ClockSkew, Offset = TimeSpan.FromMinutes(-3) },
            "Warning ClockSkew"
        ),
        [SandboxFaultKind.ImageGarbageCollection] = (
            new() { Kind = SandboxFaultKind.ImageGarbageCollection },
            "Warning ImageGarbageCollection"
        ),
        [SandboxFaultKind.NodeProblem] = (
            new() { Kind = SandboxFaultKind.NodeProblem, Condition = NodeProblemCondition.ReadonlyFilesystem },
            "Critical ReadonlyFilesystem"
        ),
        // These are faults of workloads and of the way to the API server, not of nodes.
        [SandboxFaultKind.PodNeverReady] = (new() { Kind = SandboxFaultKind.PodNeverReady }, None),
        [SandboxFaultKind.PodUnready] = (new() { Kind = SandboxFaultKind.PodUnready }, None),
        [SandboxFaultKind.PodNeverEnds] = (new() { Kind = SandboxFaultKind.PodNeverEnds }, None),
        [SandboxFaultKind.ApiThrottled] = (new() { Kind = SandboxFaultKind.ApiThrottled, Percent = 20 }, None),
        [SandboxFaultKind.ApiError] = (new() { Kind = SandboxFaultKind.ApiError, Percent = 20 }, None),
        [SandboxFaultKind.ApiSlow] = (new() { Kind = SandboxFaultKind.ApiSlow }, None),
        [SandboxFaultKind.ApiConflict] = (new() { Kind = SandboxFaultKind.ApiConflict }, None),
        [SandboxFaultKind.WatchCut] = (new() { Kind = SandboxFaultKind.WatchCut }, None),
        [SandboxFaultKind.ContinueExpired] = (new() { Kind = SandboxFaultKind.ContinueExpired }, None),
        [SandboxFaultKind.MetricsUnavailable] = (new() { Kind = SandboxFaultKind.MetricsUnavailable }, None),
    };

    // Large steps: the longest of the waits is more than an hour.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private ManualCluster _cluster = null!;

    public static TheoryData<string> Kinds => [.. SandboxFaultKind.All];

    public async Task InitializeAsync() => _cluster = await ManualCluster.StartAsync(4);

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_fault_causes_exactly_its_finding(string kind)
    {
        (FaultRequest fault, string expected) = Faults[kind];
        IReadOnlyList<NodeHealth> before = await BeginAsync();
        string node = before.First(static one => one.Findings.Count == 0).Name;
        Dictionary<string, string> healthy = before.ToDictionary(static one => one.Name, Summary);

        _cluster.Cluster.SetFault(
            fault with
            {
                Name = "fault",
                Nodes = expected.Length > 0 || kind == SandboxFaultKind.NodeSlow ? [node] : [],
            }
        );
        if (expected.Length > 0)
        {
            await UntilAsync(node, summary => summary.EndsWith(expected, StringComparison.Ordinal), TimeSpan.FromMinutes(15));
        }
        else
        {
            await _cluster.PassAsync(TimeSpan.FromMinutes(3), Step);
        }

        IReadOnlyList<NodeHealth> during = await TestAsync();
        _cluster.Cluster.ClearFault("fault");

        Assert.Equal(
            healthy.Where(one => one.Key != node),
            during.Where(one => one.Name != node).ToDictionary(static one => one.Name, Summary)
        );
        Assert.EndsWith(expected, Summary(during.Single(one => one.Name == node)), StringComparison.Ordinal);
        if (expected.Length == 0)
            Assert.Equal("", Summary(during.Single(one => one.Name == node)));
        // What the kubelet tells by events alone ends with their window.
        await UntilAsync(node, static summary => summary.Length == 0, TimeSpan.FromMinutes(75));
    }

    private static string Summary(NodeHealth health) =>
        string.Join(
            ", ",
            health
                .Findings.Where(static one => one.Severity != NodeFindingSeverity.Information)
                .Select(static one => $"{one.Severity} {one.Cause}")
        );

    private Task<IReadOnlyList<NodeHealth>> TestAsync(params IReadOnlyList<string> nodes) =>
        _cluster.AwaitAsync(
            NodeHealthChecks.TestAsync(_cluster.Session, new() { Names = nodes }, static _ => { }, NullObserver.Instance, default)
        );

    // A cluster has its troubles in its first moments.
    private async Task<IReadOnlyList<NodeHealth>> BeginAsync()
    {
        IReadOnlyList<NodeHealth> nodes;
        while ((nodes = await TestAsync()).Any(static one => Summary(one).Length > 0))
            await _cluster.PassAsync(TimeSpan.FromSeconds(10), Step);
        return nodes;
    }

    private async Task UntilAsync(string node, Predicate<string> holds, TimeSpan limit)
    {
        DateTimeOffset end = _cluster.Now + limit;
        string seen;
        while (!holds(seen = Summary((await TestAsync(node)).Single())))
        {
            Assert.True(_cluster.Now < end, $"After {limit}, {node} shows: {seen}");
            await _cluster.PassAsync(TimeSpan.FromSeconds(5), Step);
        }
    }
}
