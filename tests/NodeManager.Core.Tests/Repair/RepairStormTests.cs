using System.Text.Json.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Monitoring;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Execution;

namespace NodeManager.Core.Tests.Repair;

/// <summary>Many nodes that fail together.</summary>
public sealed class RepairStormTests
{
    private const int Failing = 300;

    // The test is each node's kubelet: it reports once, and that it is not ready. Nothing else takes time.
    [Fact]
    public async Task When_300_of_1000_nodes_fail_one_alert_is_raised_and_no_repair_starts()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(0);
        KubernetesClient client = cluster.Session.Connection().Client;
        string[] names = [.. Enumerable.Range(1, 1000).Select(static number => $"n{number:0000}")];
        await Parallel.ForEachAsync(
            names,
            async (name, token) =>
            {
                JsonObject node = new()
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Node",
                    ["metadata"] = new JsonObject
                    {
                        ["name"] = name,
                        ["labels"] = new JsonObject { ["topology.kubernetes.io/zone"] = "z" },
                        ["annotations"] = new JsonObject { ["fake-kubelet/ignore"] = "true" },
                    },
                    ["status"] = Ready(cluster, "True"),
                };
                await client.SendAsync(
                    HttpMethod.Post,
                    Resources.Nodes.Path(),
                    new StringContent(node.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
                    Resources.Nodes.Item,
                    RequestOptions.Default,
                    token
                );
            }
        );
        RunningOperation monitor = HealthMonitor(cluster);
        RunningOperation repair = NodeRepairer.Start(
            new RepairRequest
            {
                Session = cluster.Session,
                Policy = new()
                {
                    MinHealthy = "80%",
                    UnhealthyFor = TimeSpan.FromSeconds(5),
                    CoolDown = TimeSpan.FromMinutes(1),
                    MaxPerPool = 1000,
                },
            }
        );
        await cluster.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(Results(repair));

        string[] failing = names[..Failing];
        await Parallel.ForEachAsync(
            failing,
            async (name, token) =>
                await client.PatchAsync(
                    Resources.Nodes,
                    name,
                    null,
                    Patch.Strategic(new() { ["status"] = Ready(cluster, "False") }),
                    "status",
                    RequestOptions.Default,
                    token
                )
        );
        await cluster.UntilAsync(() => MonitoredCluster.AlertsOf(monitor).Any(static alert => alert.Nodes.Count == Failing), "the alert");
        await cluster.PassAsync(TimeSpan.FromSeconds(2));

        IReadOnlyList<NodeAlert> told = MonitoredCluster.AlertsOf(monitor);
        Assert.Single(told.Select(static alert => alert.Id).Distinct());
        Assert.Equal((NodeFindingCause.NotReady, NodeAlertGroupBy.Zone), (told[^1].Cause, told[^1].GroupBy));
        // Each is left alone: first as it is too early, then as too few others are healthy.
        IReadOnlyList<NodeRepairResult> results = Results(repair);
        Assert.Equal(
            failing,
            results
                .Where(static result => result.Reason == NodeRepairReason.TooFewHealthy)
                .Select(static result => result.Node)
                .Order(StringComparer.Ordinal)
        );
        Assert.All(results, static result => Assert.Equal(NodeRepairStatus.Skipped, result.Status));
        Assert.DoesNotContain(
            (await client.ListAsync(Resources.Nodes, new(), default)).Items,
            static node => node.Spec.Unschedulable == true || node.Metadata.Annotations!.ContainsKey("nodemanager.io/maintenance")
        );
        await MonitoredCluster.StopAsync(repair);
        await MonitoredCluster.StopAsync(monitor);
    }

    private static RunningOperation HealthMonitor(MonitoredCluster cluster) =>
        NodeManager.Monitoring.HealthMonitoring.Start(new NodeManager.Monitoring.MonitorRequest { Session = cluster.Session });

    private static JsonObject Ready(MonitoredCluster cluster, string status)
    {
        string now = cluster.Now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        return new()
        {
            ["conditions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = status,
                    ["reason"] = "Test",
                    ["message"] = "written by a test",
                    ["lastHeartbeatTime"] = now,
                    ["lastTransitionTime"] = now,
                }
            ),
        };
    }

    private static IReadOnlyList<NodeRepairResult> Results(RunningOperation operation) => [.. operation.Results.OfType<NodeRepairResult>()];
}
