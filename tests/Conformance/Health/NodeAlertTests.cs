using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Alerts.Delivery;

namespace NodeManager.Conformance.Health;

/// <summary>A monitor over what API servers show, and the Events that it writes there.</summary>
public sealed class NodeAlertTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [SkippableTheory]
    [AllBackends]
    public async Task A_condition_raises_and_resolves_an_alert_with_one_Event_each(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);
        RunningOperation monitor = HealthMonitoring.Start(Request(node));
        await node.SetConditionAsync("KernelDeadlock", "True", "DockerHung", "task docker:20744 blocked for more than 120 seconds.");
        NodeAlert raised = await AlertAsync(monitor, NodeAlertTransition.Raised);
        Event coming = await EventAsync(cluster, node, raised);
        await node.SetConditionAsync("KernelDeadlock", "False");
        NodeAlert resolved = await AlertAsync(monitor, NodeAlertTransition.Resolved);
        Event ending = await EventAsync(cluster, node, resolved);

        Assert.Equal(
            ("KernelDeadlock", NodeFindingSeverity.Critical, node.Name),
            (raised.Cause, raised.Severity, Assert.Single(raised.Nodes))
        );
        Assert.Equal((raised.Id, 2), (resolved.Id, resolved.Sequence));
        Assert.Equal(("Warning", "AlertRaised"), (coming.Type, coming.Reason));
        Assert.Equal(("Normal", "AlertResolved"), (ending.Type, ending.Reason));
        await AssertStoppedAsync(monitor);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_repeated_transition_writes_one_Event(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);
        IAlertSink sink = new EventSinkDefinition().Create(
            "events",
            new(node.Session, Core.Progress.NullObserver.Instance, TimeProvider.System)
        );
        NodeAlert alert = new()
        {
            Id = "a" + cluster.Id,
            Cause = "KernelDeadlock",
            Severity = NodeFindingSeverity.Critical,
            Status = NodeAlertStatus.Firing,
            Transition = NodeAlertTransition.Raised,
            Nodes = new([node.Name]),
            Message = "stuck",
            StartsAt = cluster.Time.GetUtcNow(),
            UpdatedAt = cluster.Time.GetUtcNow(),
        };
        await sink.DeliverAsync(alert, default);
        await sink.DeliverAsync(alert, default);
        Assert.Equal($"{node.Name}.alert-a{cluster.Id}-1", (await EventAsync(cluster, node, alert)).Metadata.Name);
    }

    private static MonitorRequest Request(HealthNode node) =>
        new()
        {
            Session = node.Session,
            Names = [node.Name],
            Options = new() { Debounce = TimeSpan.FromSeconds(1), GroupBy = NodeAlertGroupBy.None },
            Sinks = new Dictionary<string, AlertSinkDefinition> { ["events"] = new EventSinkDefinition() },
        };

    private static Task<NodeAlert> AlertAsync(RunningOperation monitor, string transition) =>
        UntilAsync(
            transition,
            () => Task.FromResult(monitor.Results.OfType<NodeAlert>().SingleOrDefault(alert => alert.Transition == transition)),
            () => $"{monitor.State}: {string.Join("; ", monitor.Failures)}"
        );

    private static Task<Event> EventAsync(TestCluster cluster, HealthNode node, NodeAlert alert) =>
        UntilAsync(
            $"the Event of {alert.TransitionId}",
            async () =>
                (await cluster.Client.ListAsync(Resources.Events, new() { Namespace = "default" }, default)).Items.SingleOrDefault(one =>
                    one.InvolvedObject.Name == node.Name
                    && one.Metadata.Name!.EndsWith(".alert-" + alert.TransitionId, StringComparison.Ordinal)
                ),
            static () => ""
        );

    private static async Task<T> UntilAsync<T>(string what, Func<Task<T?>> find, Func<string> state)
        where T : class
    {
        using CancellationTokenSource limit = new(Limit);
        while (true)
        {
            if (await find() is { } found)
                return found;
            Assert.False(limit.IsCancellationRequested, $"{what} did not come; {state()}");
            await Task.Delay(50);
        }
    }

    private static async Task AssertStoppedAsync(RunningOperation monitor)
    {
        monitor.Cancel();
        Assert.Equal(OperationState.Cancelled, await monitor.Completion.WaitAsync(Limit));
        Assert.Empty(monitor.Failures);
    }
}
