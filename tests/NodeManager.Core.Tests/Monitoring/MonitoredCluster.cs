using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Alerts;
using NodeManager.Core.Monitoring;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>An embedded cluster on a clock that is moved by hand, and waits for the cluster's own work.</summary>
internal sealed class MonitoredCluster : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly ManualTimeProvider _clock = new();

    private MonitoredCluster(int nodes) => Cluster = SandboxCluster.Start(new() { Nodes = nodes, Time = _clock, StartsAt = _clock.GetUtcNow() });

    public SandboxCluster Cluster { get; }

    public NodeManagerSession Session { get; private set; } = null!;

    public DateTimeOffset Now => Cluster.Time.GetUtcNow();

    public static async Task<MonitoredCluster> StartAsync(int nodes, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        MonitoredCluster cluster = new(nodes);
        HttpMessageHandler transport = cluster.Cluster.CreateTransport();
        cluster.Session = await SessionFactory.ConnectAsync("sandbox", cluster.Cluster.Server, wrap?.Invoke(transport) ?? transport, null, NullLogger.Instance, cluster.Cluster.Time, default);
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

    public async Task PassAsync(TimeSpan time)
    {
        DateTimeOffset end = Now + time;
        await UntilAsync(() => Now >= end, "the time");
    }

    public async Task UntilAsync(Func<bool> holds, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"{what} did not happen");
            _clock.Advance(Step);
            await Task.Delay(3);
        }
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

    public ValueTask DisposeAsync()
    {
        Session.Dispose();
        Cluster.Dispose();
        return ValueTask.CompletedTask;
    }
}
