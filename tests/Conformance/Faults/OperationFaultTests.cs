using System.Net;
using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Faults;

/// <summary>Node operations and drains over a connection that misbehaves.</summary>
public sealed class OperationFaultTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Many_conflicts_are_retried(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        (NodeManagerSession session, FaultInjectionHandler faults) = await ConnectAsync(cluster);
        faults.Inject(Fault.Answer(HttpStatusCode.Conflict, "Conflict"), times: 3, when: r => r.Method == HttpMethod.Patch);

        ClusterNode tainted = await NodeEditor.SetTaintsAsync(
            session,
            node,
            [new() { Key = "a", Effect = "NoSchedule" }],
            false,
            false,
            default
        );

        Assert.Contains(tainted.Taints, t => t.Key == "a");
        Assert.Equal(0, faults.Pending);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_change_with_a_lost_response_is_made_once(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        (NodeManagerSession session, FaultInjectionHandler faults) = await ConnectAsync(cluster);
        faults.Inject(Fault.DropAnswer(), when: r => r.Method == HttpMethod.Patch);

        ClusterNode tainted = await NodeEditor.SetTaintsAsync(
            session,
            node,
            [
                new()
                {
                    Key = "a",
                    Value = "1",
                    Effect = "NoSchedule",
                },
            ],
            false,
            false,
            default
        );

        Assert.Equal("a=1:NoSchedule", tainted.Taints.ToString());
        Assert.Equal(0, faults.Pending);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_server_that_stays_unreachable_is_named(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        (NodeManagerSession session, FaultInjectionHandler faults) = await ConnectAsync(cluster);
        faults.Inject(Fault.Refuse(), times: 1000);

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(async () =>
            await NodeReader.ReadAsync(session, new(), x => throw x, NullObserver.Instance, default).ToListAsync()
        );

        Assert.Equal(ErrorIds.ServerUnreachable, e.ErrorId);
        Assert.Contains(session.Server.Host, e.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends("429")]
    [AllBackends("409")]
    [AllBackends("500")]
    [AllBackends("504")]
    [AllBackends("lost")]
    public async Task A_drain_retries_failed_evictions(string backend, string trouble)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        (NodeManagerSession session, FaultInjectionHandler faults) = await ConnectAsync(cluster);
        Fault fault = trouble switch
        {
            "429" => Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", retryAfter: 1),
            "409" => Fault.AnswerJson(
                HttpStatusCode.Conflict,
                """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the object has been modified","reason":"Conflict","details":{"name":"web-budget","group":"policy","kind":"poddisruptionbudgets"},"code":409}"""
            ),
            "500" => Fault.Answer(HttpStatusCode.InternalServerError, "InternalError"),
            "504" => Fault.Answer(HttpStatusCode.GatewayTimeout, "Timeout"),
            _ => Fault.DropAnswer(),
        };
        faults.Inject(fault, times: 2, when: IsEviction);

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [full], new()));

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(0, faults.Pending);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 2));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_survives_interrupted_watches(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 4);
        await cluster.AddBudgetAsync("web-budget", "web", "maxUnavailable", 1, allows: 1);
        (NodeManagerSession session, FaultInjectionHandler faults) = await ConnectAsync(cluster);
        faults.Inject(Fault.ResetAfterLines(1), times: 6, when: FaultInjectionHandler.IsWatch);

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [full], new()));

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(4, result.Evicted);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 4));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_without_permissions_changes_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 1);
        (NodeManagerSession session, FaultInjectionHandler faults) = await ConnectAsync(cluster);
        faults.Inject(
            Fault.AnswerJson(
                HttpStatusCode.Created,
                """{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{},"spec":{},"status":{"allowed":false,"reason":"no"}}"""
            ),
            times: 50,
            when: r => r.RequestUri!.AbsolutePath.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal)
        );

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [node], new()));

        Assert.True(result.Status == NodeDrainStatus.Blocked, result.Describe());
        Assert.Contains(result.Blockers, b => b.Kind == "Permission");
        Assert.NotEqual(true, (await cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);
        Assert.All(await cluster.ListPodsAsync(), p => Assert.Null(p.Metadata.DeletionTimestamp));
    }

    private static bool IsEviction(HttpRequestMessage request) =>
        request.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal);

    private static async Task<(NodeManagerSession Session, FaultInjectionHandler Faults)> ConnectAsync(TestCluster cluster)
    {
        var faults = new FaultInjectionHandler();
        NodeManagerSession session = await cluster.ConnectAsync(transport =>
        {
            faults.InnerHandler = transport;
            return faults;
        });
        return (session, faults);
    }
}
