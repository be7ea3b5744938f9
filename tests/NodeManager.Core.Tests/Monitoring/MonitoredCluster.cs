using NodeManager.Core.Alerts;
using NodeManager.Core.Monitoring;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>A cluster on a clock that is moved by hand, and its monitor.</summary>
internal sealed class MonitoredCluster : ManualCluster
{
    private MonitoredCluster(int nodes)
        : base(nodes)
    {
    }

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
    public HashSet<string> Troubled => [.. Session.Get<NodeAlerts>().List().Where(static alert => alert.Status == NodeAlertStatus.Firing).SelectMany(static alert => alert.Nodes)];

    public static IReadOnlyList<NodeAlert> AlertsOf(RunningOperation operation) => [.. operation.Results.OfType<NodeAlert>()];

    public static async Task StopAsync(RunningOperation operation)
    {
        operation.Cancel();
        Assert.Equal(OperationState.Cancelled, await operation.Completion.WaitAsync(Limit));
        Assert.Empty(operation.Failures);
    }
}
