using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Health;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Health;

/// <summary>A node whose health a test spoils by what it writes to the API.</summary>
/// <param name="Cluster">Where.</param>
/// <param name="Name">The node's name.</param>
/// <param name="Session">Of the administrator.</param>
internal sealed record HealthNode(TestCluster Cluster, string Name, NodeManagerSession Session)
{
    /// <summary>A node of the control plane's own version.</summary>
    public static async Task<HealthNode> CreateAsync(TestCluster cluster, Action<JsonObject>? adjust = null)
    {
        string name = await cluster.AddNodeAsync(node =>
        {
            node["status"]!["nodeInfo"]!["kubeletVersion"] = cluster.Capabilities.Version;
            adjust?.Invoke(node);
        });
        return new(cluster, name, await cluster.ConnectAsync());
    }

    // A silent kubelet takes 40 seconds to be one, and the machine may be busy.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Now => Text(Cluster.Time.GetUtcNow());

    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public Task<Node> PatchAsync(JsonObject patch, string? subresource = null) =>
        Cluster.Client.PatchAsync(Resources.Nodes, Name, null, Patch.Strategic(patch), subresource, RequestOptions.Default, default);

    public Task<Node> SetConditionAsync(string type, string status, string reason = "Test", string message = "written by a test") =>
        PatchAsync(
            new()
            {
                ["status"] = new JsonObject
                {
                    ["conditions"] = new JsonArray(
                        new JsonObject
                        {
                            ["type"] = type,
                            ["status"] = status,
                            ["reason"] = reason,
                            ["message"] = message,
                            ["lastHeartbeatTime"] = Now,
                            ["lastTransitionTime"] = Now,
                        }
                    ),
                },
            },
            "status"
        );

    /// <summary>An event as kubelets write it.</summary>
    public Task AddEventAsync(string reason, string message, int count = 1, JsonObject? about = null)
    {
        string ns = about is null ? "default" : Cluster.Namespace;
        JsonObject involved =
            about
            ?? new()
            {
                ["kind"] = "Node",
                ["name"] = Name,
                ["uid"] = Name,
            };
        return Cluster.CreateAsync(
            Resources.Events,
            new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Event",
                ["metadata"] = new JsonObject { ["name"] = $"{Name}.{Guid.NewGuid():N}", ["namespace"] = ns },
                ["involvedObject"] = involved,
                ["reason"] = reason,
                ["message"] = message,
                ["type"] = "Warning",
                ["count"] = count,
                ["firstTimestamp"] = Text(Cluster.Time.GetUtcNow().AddMinutes(-10)),
                ["lastTimestamp"] = Now,
                ["source"] = new JsonObject { ["component"] = "kubelet", ["host"] = Name },
            },
            ns
        );
    }

    public async Task<NodeHealth> TestAsync(IOperationObserver? observer = null) =>
        Assert.Single(
            await NodeHealthChecks.TestAsync(Session, new() { Names = [Name] }, static _ => { }, observer ?? NullObserver.Instance, default)
        );

    /// <summary>Its findings as <c>Severity Cause</c>, once they are as expected.</summary>
    public async Task<NodeHealth> UntilAsync(params string[] findings)
    {
        NodeHealth health = await TestAsync();
        long start = Stopwatch.GetTimestamp();
        while (!Summary(health).SequenceEqual(findings))
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < Limit,
                $"Not {string.Join(", ", findings)}, but: {string.Join("\n", health.Findings)}"
            );
            await Task.Delay(50);
            health = await TestAsync();
        }

        return health;
    }

    public static IEnumerable<string> Summary(NodeHealth health) => health.Findings.Select(static one => $"{one.Severity} {one.Cause}");
}
