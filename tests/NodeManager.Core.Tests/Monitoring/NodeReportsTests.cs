using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using NodeManager.Monitoring;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>What of a node's reports a monitor looks at.</summary>
public sealed class NodeReportsTests
{
    private const string Report = """
        {"metadata":{"name":"n","uid":"u","resourceVersion":"7","labels":{"a":"1","b":"2"},"annotations":{"c":"3"}},
         "spec":{"unschedulable":false,"providerID":"p://1","taints":[{"key":"t","value":"v","effect":"NoSchedule"}]},
         "status":{"capacity":{"cpu":"4"},"allocatable":{"cpu":"3800m","pods":"110"},
          "conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","message":"m","lastHeartbeatTime":"2026-01-01T00:00:00Z","lastTransitionTime":"2026-01-01T00:00:00Z"}],
          "nodeInfo":{"kubeletVersion":"v1.34.2","bootID":"b"}}}
        """;

    [Theory]
    [InlineData("", "", true)]
    [InlineData("metadata.resourceVersion", "\"8\"", true)]
    [InlineData("status.conditions.0.lastHeartbeatTime", "\"2026-01-01T00:05:00Z\"", true)]
    [InlineData("status.volumesInUse", "[\"v\"]", true)]
    [InlineData("metadata.uid", "\"w\"", false)]
    [InlineData("metadata.deletionTimestamp", "\"2026-01-01T00:05:00Z\"", false)]
    [InlineData("metadata.labels.a", "\"9\"", false)]
    [InlineData("metadata.labels.new", "\"9\"", false)]
    [InlineData("metadata.annotations", "null", false)]
    [InlineData("spec.unschedulable", "true", false)]
    [InlineData("spec.providerID", "\"p://2\"", false)]
    [InlineData("spec.taints.0.effect", "\"NoExecute\"", false)]
    [InlineData("spec.taints", "null", false)]
    [InlineData("status.capacity.cpu", "\"8\"", false)]
    [InlineData("status.allocatable.pods", "\"10\"", false)]
    [InlineData("status.conditions.0.status", "\"False\"", false)]
    [InlineData("status.conditions.0.reason", "\"Other\"", false)]
    [InlineData("status.conditions.0.message", "\"other\"", false)]
    [InlineData("status.conditions.0.lastTransitionTime", "\"2026-01-01T00:05:00Z\"", false)]
    [InlineData("status.conditions.1", "{\"type\":\"KernelDeadlock\",\"status\":\"True\"}", false)]
    [InlineData("status.nodeInfo.kubeletVersion", "\"v1.35.0\"", false)]
    [InlineData("status.nodeInfo.bootID", "\"other\"", false)]
    public void A_node_report_is_judged_as_in_the_table(string path, string value, bool isSame)
    {
        JsonNode changed = JsonNode.Parse(Report)!;
        if (path.Length > 0)
            Set(changed, path.Split('.'), JsonNode.Parse(value));
        Assert.Equal(isSame, NodeHeartbeat.IsOnly(Read(JsonNode.Parse(Report)!), Read(changed)));
        Assert.Equal(isSame, NodeHeartbeat.IsOnly(Read(changed), Read(JsonNode.Parse(Report)!)));
    }

    // Kubelets report every five minutes at least.
    [Fact]
    public async Task Heartbeats_of_a_healthy_node_cause_no_evaluation()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(12);
        Counter follower = new();
        using CancellationTokenSource stop = new();
        HealthWatch watch = new(cluster.Session.Connection(), HealthScope.Of(cluster.Session, [], null), follower, NullObserver.Instance);
        Task running = watch.RunAsync(stop.Token);
        await cluster.PassAsync(TimeSpan.FromSeconds(60));
        // Cordons and taints are judged every minute, as they become old.
        string[] quiet =
        [
            .. (await cluster.NodesAsync(static node => node.Spec is { Unschedulable: not true, Taints: null or [] })).Where(node =>
                follower.Findings[node] == 0
            ),
        ];
        Assert.NotEmpty(quiet);
        ConcurrentDictionary<string, int> reports = [];
        ConcurrentDictionary<string, bool> busy = [];
        using CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new());
        using CacheUse<Pod> pods = cluster.Session.Connection().Caches().Open(ClusterPods.Type, new());
        using CacheUse<Event> events = cluster.Session.Connection().Caches().Open(Resources.Events, new());
        await Task.WhenAll(nodes.Cache.Synced, pods.Cache.Synced, events.Cache.Synced);
        using IDisposable ofNodes = nodes.Cache.Subscribe(change =>
        {
            if (change.Before is { } before && NodeHeartbeat.IsOnly(before, change.Object))
                reports.AddOrUpdate(change.Object.Metadata.Name, 1, static (_, count) => count + 1);
            else if (change.Before is not null)
                busy[change.Object.Metadata.Name] = true;
        });
        // What is there is told first.
        bool isThere = false;
        using IDisposable ofPods = pods.Cache.Subscribe(change => Note(change.Object.Spec.NodeName));
        using IDisposable ofEvents = events.Cache.Subscribe(change =>
            Note(change.Object.InvolvedObject.Kind == "Node" ? change.Object.InvolvedObject.Name : change.Object.Source?.Host)
        );
        isThere = true;
        follower.Looks.Clear();
        await cluster.PassAsync(TimeSpan.FromMinutes(11), TimeSpan.FromSeconds(1));

        string[] idle = [.. quiet.Where(node => reports.GetValueOrDefault(node) >= 2 && !busy.ContainsKey(node))];
        Assert.NotEmpty(idle);
        Assert.DoesNotContain(idle, follower.Looks.ContainsKey);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        void Note(string? node)
        {
            if (isThere && node is not null)
                busy[node] = true;
        }
    }

    private static Node Read(JsonNode json) => JsonSerializer.Deserialize(json.ToJsonString(), KubernetesJson.Default.Node)!;

    private static void Set(JsonNode at, string[] path, JsonNode? value)
    {
        foreach (string part in path[..^1])
            at = int.TryParse(part, out int index) ? at[index]! : at[part]!;
        if (at is JsonArray list && int.Parse(path[^1], System.Globalization.CultureInfo.InvariantCulture) is var i && i == list.Count)
            list.Add(value);
        else
            at[path[^1]] = value;
    }

    private sealed class Counter : IHealthFollower
    {
        public Dictionary<string, int> Looks { get; } = [];

        public Dictionary<string, int> Findings { get; } = [];

        public IReadOnlyCollection<string> Nodes => [];

        public DateTimeOffset? NextDue => null;

        public void Begin()
        {
            // The nodes come next.
        }

        public void Observe(NodeEvaluation look, DateTimeOffset now, bool isInitial)
        {
            string name = look.Node.Metadata.Name;
            Looks[name] = Looks.GetValueOrDefault(name) + 1;
            Findings[name] = look.Findings.Count;
        }

        public void Remove(string uid, DateTimeOffset now)
        {
            // Nothing is kept.
        }

        public void Disconnect(string problem, DateTimeOffset now)
        {
            // As above.
        }

        public void Reconnect(DateTimeOffset now)
        {
            // As above.
        }

        public void Publish(DateTimeOffset now)
        {
            // As above.
        }
    }
}
