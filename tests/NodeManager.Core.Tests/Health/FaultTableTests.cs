using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Health;
using NodeManager.Core.Observing;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Sandbox.Api.Faults;

namespace NodeManager.Core.Tests.Health;

/// <summary>What every fault of the embedded cluster shows as: findings on the nodes that it hits, or none.</summary>
public sealed class FaultTableTests : IAsyncLifetime, IDisposable
{
    private const string None = "";

    private static readonly Dictionary<string, (FaultRequest Fault, string Expected)> Faults = new()
    {
        [SandboxFaultKind.NodeDown] = (new() { Kind = SandboxFaultKind.NodeDown }, "Critical Unreachable"),
        [SandboxFaultKind.NodeFlapping] = (new() { Kind = SandboxFaultKind.NodeFlapping }, "Flapping"),
        [SandboxFaultKind.NodeSlow] = (new() { Kind = SandboxFaultKind.NodeSlow }, None),
        [SandboxFaultKind.MemoryPressure] = (new() { Kind = SandboxFaultKind.MemoryPressure }, "Warning MemoryPressure"),
        [SandboxFaultKind.DiskPressure] = (new() { Kind = SandboxFaultKind.DiskPressure }, "Warning DiskPressure"),
        [SandboxFaultKind.PIDPressure] = (new() { Kind = SandboxFaultKind.PIDPressure }, "Warning PIDPressure"),
        [SandboxFaultKind.NetworkUnavailable] = (new() { Kind = SandboxFaultKind.NetworkUnavailable }, "Critical NetworkUnavailable"),
        [SandboxFaultKind.ClockSkew] = (new() { Kind = SandboxFaultKind.ClockSkew, Offset = TimeSpan.FromMinutes(-3) }, "Warning ClockSkew"),
        [SandboxFaultKind.ImageGarbageCollection] = (new() { Kind = SandboxFaultKind.ImageGarbageCollection }, "Warning ImageGarbageCollection"),
        [SandboxFaultKind.NodeProblem] = (new() { Kind = SandboxFaultKind.NodeProblem, Condition = NodeProblemCondition.ReadonlyFilesystem }, "Critical ReadonlyFilesystem"),
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

    // A clock that runs fast: ten minutes are one second.
    private readonly SandboxCluster _cluster = SandboxCluster.Start(new() { Nodes = 4, Speed = 600 });
    private NodeManagerSession _session = null!;

    public static TheoryData<string> Kinds => [.. SandboxFaultKind.All];

    public async Task InitializeAsync() =>
        _session = await SessionFactory.ConnectAsync("sandbox", _cluster.Server, _cluster.CreateTransport(), null, NullLogger.Instance, _cluster.Time, default);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _session.Dispose();
        _cluster.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task EachFaultShowsAsItsFindingAndNothingElse(string kind)
    {
        (FaultRequest fault, string expected) = Faults[kind];
        IReadOnlyList<NodeHealth> before = await BeginAsync();
        string node = before.First(static one => one.Findings.Count == 0).Name;
        Dictionary<string, string> healthy = before.ToDictionary(static one => one.Name, Summary);

        _cluster.SetFault(fault with { Name = "fault", Nodes = expected.Length > 0 || kind == SandboxFaultKind.NodeSlow ? [node] : [] });
        if (expected.Length > 0)
        {
            await UntilAsync(node, summary => summary.EndsWith(expected, StringComparison.Ordinal), TimeSpan.FromMinutes(15));
        }
        else
        {
            await Task.Delay(TimeSpan.FromMinutes(3), _cluster.Time);
        }

        IReadOnlyList<NodeHealth> during = await TestAsync();
        _cluster.ClearFault("fault");

        Assert.Equal(healthy.Where(one => one.Key != node), during.Where(one => one.Name != node).ToDictionary(static one => one.Name, Summary));
        Assert.EndsWith(expected, Summary(during.Single(one => one.Name == node)), StringComparison.Ordinal);
        if (expected.Length == 0) Assert.Equal("", Summary(during.Single(one => one.Name == node)));
        // What the kubelet tells by events alone ends with their window.
        await UntilAsync(node, static summary => summary.Length == 0, TimeSpan.FromMinutes(75));
    }

    private static string Summary(NodeHealth health) =>
        string.Join(", ", health.Findings.Where(static one => one.Severity != NodeFindingSeverity.Information).Select(static one => $"{one.Severity} {one.Cause}"));

    private Task<IReadOnlyList<NodeHealth>> TestAsync() => NodeHealthChecks.TestAsync(_session, new(), static _ => { }, NullObserver.Instance, default);

    // The first moments of a cluster whose code is being compiled take minutes of a fast clock.
    private async Task<IReadOnlyList<NodeHealth>> BeginAsync()
    {
        IReadOnlyList<NodeHealth> nodes;
        while ((nodes = await TestAsync()).Any(static one => Summary(one).Length > 0)) await Task.Delay(TimeSpan.FromSeconds(10), _cluster.Time);
        return nodes;
    }

    private async Task UntilAsync(string node, Predicate<string> holds, TimeSpan limit)
    {
        DateTimeOffset end = _cluster.Time.GetUtcNow() + limit;
        string seen;
        while (!holds(seen = Summary((await NodeHealthChecks.TestAsync(_session, new() { Names = [node] }, static _ => { }, NullObserver.Instance, default)).Single())))
        {
            Assert.True(_cluster.Time.GetUtcNow() < end, $"After {limit}, {node} shows: {seen}");
            await Task.Delay(TimeSpan.FromSeconds(5), _cluster.Time);
        }
    }
}
