using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Drain;

/// <summary>A session takes its time from its cluster, whose clock may run fast.</summary>
public sealed class SpeedTests
{
    private static readonly DrainOptions Anything = new()
    {
        DeleteEmptyDirData = true,
        DeleteUnmanagedPods = true,
        Timeout = TimeSpan.FromHours(2),
        // A kubelet kills what takes longer.
        GracePeriod = TimeSpan.FromMinutes(3),
    };

    [Fact]
    public async Task A_drain_reports_cluster_time_and_ends_alike_at_any_clock_speed()
    {
        NodeDrainResult steady = await DrainAsync(60);
        NodeDrainResult fast = await DrainAsync(600, steady.Node);

        Assert.Equal(Outcomes(steady), Outcomes(fast));
        Assert.All(
            [steady, fast],
            result =>
            {
                Assert.True(result.Status == NodeDrainStatus.Drained, $"{result.Status}: {result.Message}");
                Assert.InRange(result.Duration, TimeSpan.FromMinutes(2), TimeSpan.FromHours(1));
            }
        );
    }

    [Fact]
    public async Task Twenty_minutes_on_a_fast_clock_lose_no_node()
    {
        using PacedTimeProvider pace = new();
        using SandboxCluster cluster = SandboxCluster.Start(
            new()
            {
                Nodes = 12,
                Speed = 600,
                Time = pace,
            }
        );
        using NodeManagerSession session = await ConnectAsync(cluster);
        Dictionary<string, string> before = await ReadinessAsync(session);

        await Task.Delay(TimeSpan.FromMinutes(20), cluster.Time);

        Assert.Equal(before, await ReadinessAsync(session));
    }

    private static async Task<NodeDrainResult> DrainAsync(double speed, string? node = null)
    {
        // Of a busy machine, a clock that is 600 times as fast would let an hour pass between two steps of the drain.
        using PacedTimeProvider pace = new();
        using SandboxCluster cluster = SandboxCluster.Start(
            new()
            {
                Nodes = 12,
                Speed = speed,
                Time = pace,
            }
        );
        using NodeManagerSession session = await ConnectAsync(cluster);
        List<Node> nodes = (await session.Connection().Client.ListAsync(Resources.Nodes, new(), default)).Items;
        NodeDrainPlan plan = (
            await DrainPlanner.PlanAsync(session, [.. nodes.Where(IsReady).Select(n => n.Metadata.Name)], Anything, default)
        )
            .Where(p => node is null ? p.CanDrain && p.BlockedByBudget == 0 : p.Node == node)
            .MaxBy(p => p.Evict)!;
        // One of its pods takes two minutes to end.
        NodeDrainPlanPod slow = plan.Pods.First(p =>
            p.Decision == DrainDecision.Evict && !p.Owner.StartsWith("Job/", StringComparison.Ordinal)
        );
        await session
            .Connection()
            .Client.PatchAsync(
                Resources.Pods,
                slow.Name,
                slow.Namespace,
                Patch.Merge(
                    new()
                    {
                        ["metadata"] = new JsonObject
                        {
                            ["annotations"] = new JsonObject { ["sandbox.nodemanager/slow-terminate"] = "120" },
                        },
                    }
                ),
                null,
                RequestOptions.Default,
                default
            );

        return Assert.Single(await NodeDrainer.DrainAsync(session, [plan.Node], Anything, NullObserver.Instance, default).ToListAsync());
    }

    private static Task<NodeManagerSession> ConnectAsync(SandboxCluster cluster) =>
        SessionFactory.ConnectAsync("sandbox", cluster.Server, cluster.CreateTransport(), null, NullLogger.Instance, cluster.Time, default);

    private static string[] Outcomes(NodeDrainResult result) =>
        [.. result.Pods.Select(p => $"{p.Namespace}/{p.Name}: {p.Outcome}").Order(StringComparer.Ordinal)];

    private static async Task<Dictionary<string, string>> ReadinessAsync(NodeManagerSession session) =>
        (await session.Connection().Client.ListAsync(Resources.Nodes, new(), default)).Items.ToDictionary(
            n => n.Metadata.Name,
            n => n.Status.Conditions!.First(c => c.Type == "Ready").Status
        );

    private static bool IsReady(Node node) =>
        node.Spec.Unschedulable != true && node.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true;
}
