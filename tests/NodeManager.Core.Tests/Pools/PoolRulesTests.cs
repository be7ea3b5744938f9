using System.Text.Json.Nodes;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Validation;

namespace NodeManager.Core.Tests.Pools;

public sealed class PoolRulesTests
{
    private static readonly DateTimeOffset Sent = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly PoolDraft Draft = new(
        "web",
        "c-1",
        JsonNode.Parse("""{"platform":{"type":"gcp","gcp":{"diskSize":100}},"nodeCount":3}""")!.AsObject()
    );

    // Controllers as generation:condition=status[,…][/active/desired].
    [Theory]
    [InlineData(1, "", "Pending", "Unknown")]
    [InlineData(1, "1:Ready=True", "Ready", "Healthy")]
    [InlineData(2, "1:Ready=True", "Progressing", "Healthy")]
    [InlineData(1, "1:Ready=True 1:Ready=False", "Progressing", "Degraded")]
    [InlineData(1, "1:Ready=True 1:Ready=Unknown", "Progressing", "Unknown")]
    [InlineData(1, "1:Ready=True 1:Valid=True", "Progressing", "Unknown")]
    [InlineData(1, "1:Ready=False,Failed=True", "Failed", "Unhealthy")]
    [InlineData(2, "1:Ready=False,Failed=True", "Progressing", "Unhealthy")]
    [InlineData(2, "2:Ready=True 1:Ready=True", "Progressing", "Healthy")]
    [InlineData(1, "1:Ready=True,Degraded=True", "Ready", "Degraded")]
    [InlineData(1, "1:Ready=False/0/3", "Progressing", "Unhealthy")]
    [InlineData(1, "1:Ready=True/0/0", "Ready", "Healthy")]
    [InlineData(1, "1:Ready=False/2/3", "Progressing", "Degraded")]
    public void Phase_and_health_follow_from_what_controllers_report(long generation, string controllers, string phase, string health)
    {
        var status = new NodePoolStatus
        {
            PoolId = "p",
            Generation = generation,
            Controllers = new([.. controllers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Controller)]),
        };

        Assert.Equal((phase, health), (status.Phase, status.Health));
    }

    [Theory]
    [InlineData("", "", "", 0, "", true)]
    [InlineData("api", "", "", 0, "", false)]
    [InlineData("", "c-2", "", 0, "", false)]
    [InlineData("", "", "other@example.com", 0, "", false)]
    [InlineData("", "", "ME@example.com", 0, "", true)]
    [InlineData("", "", "", -60, "", false)]
    [InlineData("", "", "", 30, "", true)]
    [InlineData("", "", "", 0, """{"platform":{"type":"gcp","gcp":{"diskSize":100,"diskType":"pd-standard"}},"nodeCount":3}""", true)]
    [InlineData("", "", "", 0, """{"platform":{"type":"gcp","gcp":{"diskSize":100}},"nodeCount":4}""", false)]
    public void A_created_pool_is_recognized(string name, string cluster, string user, int seconds, string spec, bool isFound)
    {
        var pool = new PoolRecord
        {
            Id = "p",
            Name = name.Length > 0 ? name : "web",
            ClusterId = cluster.Length > 0 ? cluster : "c-1",
            CreatedBy = user.Length > 0 ? user : "me@example.com",
            CreatedAt = Sent.AddSeconds(seconds),
            Spec = spec.Length > 0 ? JsonNode.Parse(spec)!.AsObject() : Draft.Spec,
        };

        Assert.Equal(isFound, CreatedPoolRules.Find([pool], Draft, "me@example.com", Sent).Count == 1);
    }

    [Fact]
    public void Two_matching_pools_are_ambiguous()
    {
        PoolRecord pool = new()
        {
            Id = "p",
            Name = "web",
            ClusterId = "c-1",
            CreatedBy = "me@example.com",
            CreatedAt = Sent,
            Spec = Draft.Spec,
        };

        Assert.Equal(2, CreatedPoolRules.Find([pool, pool with { Id = "q" }], Draft, "me@example.com", Sent).Count);
    }

    [Theory]
    [InlineData("ready", "Ready", false)]
    [InlineData("healthy", "Healthy", false)]
    [InlineData("deleted", "Deleted", true)]
    [InlineData("Scaled=true", "Scaled=True", false)]
    public void A_goal_is_parsed(string text, string goal, bool isDeletion) =>
        Assert.Equal((goal, isDeletion), (PoolGoal.Parse(text).Text, PoolGoal.Parse(text).IsDeletion));

    [Theory]
    [InlineData("")]
    [InlineData("Happy")]
    [InlineData("Ready=Maybe")]
    [InlineData("=True")]
    public void A_goal_that_cannot_be_reached_is_refused(string text) =>
        Assert.Equal(ErrorIds.InvalidCondition, Assert.Throws<NodeManagerException>(() => PoolGoal.Parse(text)).ErrorId);

    [Theory]
    [InlineData("a=A", "", "prod", "a", "")]
    [InlineData("a=A b=prod", "", "prod", "b", "")]
    [InlineData("a=A b=B", "", "prod", "", "PoolClusterAmbiguous")]
    [InlineData("a=A b=B", "B", "prod", "b", "")]
    [InlineData("a=A b=B", "a", "prod", "a", "")]
    [InlineData("a=A b=A", "A", "prod", "", "PoolClusterAmbiguous")]
    [InlineData("a=A", "C", "prod", "", "PoolClusterNotFound")]
    [InlineData("", "", "prod", "", "PoolClusterNotFound")]
    public void An_ambiguous_cluster_is_an_error(string clusters, string wanted, string session, string chosen, string error)
    {
        PoolCluster[] known =
        [
            .. clusters
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(static one => new PoolCluster(one.Split('=')[0], one.Split('=')[1])),
        ];

        if (error.Length == 0)
            Assert.Equal(chosen, PoolClusters.Choose(known, wanted, session).Id);
        else
            Assert.Equal(error, Assert.Throws<NodeManagerException>(() => PoolClusters.Choose(known, wanted, session)).ErrorId);
    }

    // All controllers count the nodes of the same pool.
    [Theory]
    [InlineData("1:Ready=True/5/6", 5, 6)]
    [InlineData("1:Ready=True/5/6 1:Ready=True/6/6", 5, 6)]
    [InlineData("1:Ready=True/6/6 1:Ready=True", 6, 6)]
    [InlineData("1:Ready=True", null, null)]
    public void Counts_of_several_controllers_are_not_added(string controllers, int? active, int? desired)
    {
        NodePoolStatus status = new()
        {
            PoolId = "p",
            Cluster = "c",
            Controllers = new([.. controllers.Split(' ').Select(Controller)]),
        };

        Assert.Equal((active, desired), (status.ActiveNodes, status.DesiredNodes));
    }

    private static NodePoolControllerStatus Controller(string text)
    {
        string[] counts = text.Split('/'),
            parts = counts[0].Split(':');
        return new()
        {
            Name = "c",
            ObservedGeneration = long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
            Conditions = new([
                .. parts[1].Split(',').Select(static one => new NodeCondition { Type = one.Split('=')[0], Status = one.Split('=')[1] }),
            ]),
            Metadata =
                counts.Length == 1
                    ? new Dictionary<string, object?>()
                    : new Dictionary<string, object?>
                    {
                        ["active_nodes"] = long.Parse(counts[1], System.Globalization.CultureInfo.InvariantCulture),
                        ["desired_nodes"] = long.Parse(counts[2], System.Globalization.CultureInfo.InvariantCulture),
                    },
        };
    }
}
