using System.Collections.Concurrent;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Monitoring;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair.Claims;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Monitoring.Repair.Execution;

namespace NodeManager.Core.Tests.Repair;

/// <summary>A node that comes and goes is repaired in the end.</summary>
public sealed class FlappingNodeTests
{
    private const int Returns = 5;

    private static readonly TimeSpan HealthyFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan EscalateAfter = TimeSpan.FromMinutes(1);

    // The node is healthy whenever the repair checks it, but never for long enough: each return takes twice that time.
    [Fact]
    public async Task The_next_action_starts_after_five_returns()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(6);
        await using RepairedNode repaired = await RepairedNode.StartAsync(cluster, NodeRepairAction.Cordon, NodeRepairAction.Drain);
        DateTimeOffset limit = cluster.Now + TimeSpan.FromMinutes(15);

        while (!repaired.End.IsCompleted && cluster.Now < limit)
        {
            repaired.Show(healthySince: cluster.Now);
            await cluster.PassAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        }

        Assert.True(repaired.End.IsCompleted, "The repair still waits for a node that comes and goes.");
        Assert.Equal(NodeRepairStatus.Drained, (await repaired.End).Status);
        NodeRepairResult result = Assert.Single(repaired.Results);
        Assert.Equal(["Cordon", "Drain"], result.Steps.Select(static step => step.Action));
        TimeSpan waited = result.Steps[1].StartedAt - result.Steps[0].EndedAt!.Value;
        Assert.InRange(waited, EscalateAfter + (Returns * 2 * HealthyFor), EscalateAfter + ((Returns + 1) * 2 * HealthyFor));
    }

    // The node is healthy for long enough that the drain stops, and is not when the drain has stopped.
    [Fact]
    public async Task A_drain_goes_to_its_end_after_five_returns()
    {
        DeletionGate gate = new();
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(6, gate.Over);
        await using RepairedNode repaired = await RepairedNode.StartAsync(cluster, NodeRepairAction.Drain);

        for (int returns = 0; returns < Returns; returns++)
        {
            await cluster.UntilAsync(() => gate.IsHolding, "the deletion of a pod");
            repaired.Show(healthySince: cluster.Now - HealthyFor);
            await cluster.UntilAsync(() => gate.IsCancelled, $"the end of drain {returns + 1}");
            repaired.Show(healthySince: null);
            gate.Reset();
        }

        await cluster.UntilAsync(() => gate.IsHolding, "the deletion of a pod");
        repaired.Show(healthySince: cluster.Now - HealthyFor);
        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.False(gate.IsCancelled, "The drain was stopped once more.");
        repaired.Show(healthySince: null);
        gate.Open();
        await cluster.UntilAsync(() => repaired.End.IsCompleted, "the end of the repair");

        Assert.Equal(NodeRepairStatus.Drained, (await repaired.End).Status);
        Assert.Equal(NodeDrainStatus.Drained, Assert.Single(repaired.Results).Drain?.Status);
    }

    /// <summary>The repair of a node whose health is what the test says.</summary>
    private sealed class RepairedNode : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly MonitoredCluster _cluster;
        private readonly Node _node;
        private readonly NodeFinding _finding;
        private readonly RepairClaims _claims;
        private readonly NodeRepair _repair;

        private RepairedNode(MonitoredCluster cluster, Node node, RepairPolicy policy)
        {
            NodeManagerSession session = cluster.Session;
            _cluster = cluster;
            _node = node;
            _finding = new()
            {
                Node = node.Metadata.Name,
                Cause = NodeFindingCause.NotReady,
                Severity = NodeFindingSeverity.Critical,
                Message = "The kubelet is not ready.",
            };
            ClusterConnection connection = session.Connection();
            RepairRequest request = new() { Session = session, Policy = policy };
            _claims = new(session, connection, request.Namespace, NullObserver.Instance, _stop.Token);
            RepairScope scope = new(request, connection, _claims, new(session, connection), NullObserver.Instance);
            _repair = new(scope, node, _finding, "", (result, _) => Results.Enqueue(result));
            Show(healthySince: null);
            End = Task.Run(() => _repair.RunAsync(static () => { }, _stop.Token));
        }

        public ConcurrentQueue<NodeRepairResult> Results { get; } = [];

        public Task<RepairEnd> End { get; }

        public static async Task<RepairedNode> StartAsync(MonitoredCluster cluster, params NodeRepairAction[] actions)
        {
            string name = (
                await cluster.NodesAsync(static node =>
                    !node.IsControlPlane() && node.Spec.Unschedulable != true && node.Status.Conditions.IsTrue("Ready")
                )
            )[0];
            Node node = await cluster.Session.Connection().Client.GetAsync(Resources.Nodes, name, null, default);
            return new(
                cluster,
                node,
                new()
                {
                    Actions = actions,
                    EscalateAfter = EscalateAfter,
                    HealthyFor = HealthyFor,
                    Drain = new()
                    {
                        DeleteEmptyDirData = true,
                        DeleteUnmanagedPods = true,
                        DisableEviction = true,
                    },
                }
            );
        }

        /// <param name="healthySince">Null: the node is not healthy.</param>
        public void Show(DateTimeOffset? healthySince) =>
            _repair.Observation.Set(new(_node, healthySince is null ? _finding : null, healthySince, false));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _cluster.AwaitAsync(End);
            await _cluster.UntilAsync(Done(_claims.DisposeAsync().AsTask()), "the release of the claims");
            _stop.Dispose();

            static Func<bool> Done(Task task) => () => task.IsCompleted;
        }
    }

    /// <summary>Holds deletions of pods, also those that are cancelled.</summary>
    private sealed class DeletionGate
    {
        // What a late cancellation of one round reports does not count for the next.
        private volatile Round _round = new();

        public bool IsHolding => _round.IsHolding;

        public bool IsCancelled => _round.IsCancelled;

        public HttpMessageHandler Over(HttpMessageHandler inner) => new Handler(this) { InnerHandler = inner };

        /// <summary>Lets go what is held, and holds what comes next.</summary>
        public void Reset()
        {
            Round ended = _round;
            _round = new();
            ended.Open.SetResult();
        }

        public void Open() => _round.Open.SetResult();

        private sealed class Round
        {
            public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public volatile bool IsHolding;

            public volatile bool IsCancelled;
        }

        private sealed class Handler(DeletionGate gate) : DelegatingHandler
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (request.Method == HttpMethod.Delete && request.RequestUri!.AbsolutePath.Contains("/pods/", StringComparison.Ordinal))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Round round = gate._round;
                    round.IsHolding = true;
                    await using CancellationTokenRegistration cancelled = cancellationToken.Register(() => round.IsCancelled = true);
                    await round.Open.Task;
                    cancellationToken.ThrowIfCancellationRequested();
                }

                return await base.SendAsync(request, cancellationToken);
            }
        }
    }
}
