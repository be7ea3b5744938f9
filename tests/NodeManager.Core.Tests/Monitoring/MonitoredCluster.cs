using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Alerts;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>A cluster on a clock that is moved by hand, and its monitor.</summary>
internal sealed class MonitoredCluster : ManualCluster
{
    /// <summary>Of monitors whose times are held.</summary>
    public static TimeSpan Debounce { get; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after its debounce a transition may come.</summary>
    public static TimeSpan Late { get; } = TimeSpan.FromSeconds(2);

    private MonitoredCluster(int nodes)
        : base(nodes) { }

    public static new async Task<MonitoredCluster> StartAsync(int nodes, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        MonitoredCluster cluster = new(nodes);
        await cluster.ConnectAsync(wrap);
        return cluster;
    }

    /// <summary>Starts a monitor, and lets it see what is wrong in a seeded cluster from its beginning.</summary>
    public async Task<RunningOperation> MonitorAsync(MonitorRequest request)
    {
        RunningOperation operation = HealthMonitoring.Start(request);
        await PassAsync(TimeSpan.FromSeconds(45));
        Assert.Equal(OperationState.Running, operation.State);
        return operation;
    }

    /// <summary>The nodes with open alerts: a seeded cluster has its troubles.</summary>
    public HashSet<string> Troubled =>
        [
            .. Session
                .Get<NodeAlerts>()
                .List()
                .Where(static alert => alert.Status == NodeAlertStatus.Firing)
                .SelectMany(static alert => alert.Nodes),
        ];

    public static IReadOnlyList<NodeAlert> AlertsOf(RunningOperation operation) => [.. operation.Results.OfType<NodeAlert>()];

    /// <summary>A transition comes when its evidence has been there for the debounce, and at most <see cref="Late"/> after that.</summary>
    public static void AssertInTime(NodeAlert alert, DateTimeOffset evidence)
    {
        TimeSpan after = alert.UpdatedAt - evidence;
        // A Lease's time of writing has whole seconds.
        Assert.True(
            after >= Debounce - TimeSpan.FromSeconds(1) && after <= Debounce + Late,
            $"{alert.Transition} {alert.Cause} of {alert.Nodes} came {after.TotalSeconds:0.00} s after its evidence at {evidence:HH:mm:ss.f}"
        );
    }

    public static async Task StopAsync(RunningOperation operation)
    {
        operation.Cancel();
        Assert.Equal(OperationState.Cancelled, await operation.Completion.WaitAsync(Limit));
        Assert.Empty(operation.Failures);
    }
}
