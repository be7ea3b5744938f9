using ModelContextProtocol.Client;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Server.Access;

namespace NodeManager.Server.Tests.Agents.Attacks;

/// <summary>
/// Each row is an attack of an agent. None changes a node: what is cordoned, labels and taints are compared before and after, apart from what an
/// attack itself does in the name of others and undoes.
/// </summary>
public sealed class AgentAttackTests(AgentServer server) : IClassFixture<AgentServer>
{
    private static readonly Dictionary<string, Func<AttackScene, Task>> All = (
        (IEnumerable<(string Name, Func<AttackScene, Task> Run)>)[.. ApprovalAttacks.All, .. PlanAttacks.All, .. ReadingAttacks.All]
    ).ToDictionary(static one => one.Name, static one => one.Run);

    public static TheoryData<string> Names() => [.. All.Keys];

    [Fact]
    public void The_table_has_at_least_a_hundred_attacks() => Assert.InRange(All.Count, 100, int.MaxValue);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task No_attack_changes_a_node(string attack)
    {
        List<ClusterNode> before = await NodesAsync();
        string[] workers = [.. before.Where(static node => !node.Roles.Contains("control-plane")).Select(static node => node.Name)];
        string token = server.Token(AccessLevel.Viewer);
        await using McpClient agent = await server.ConnectAsync(token);

        await All[attack](new(server, agent, token, workers));

        Assert.Equal(before.Select(Describe), (await NodesAsync()).Select(Describe));
    }

    // A controller sets and removes the taint of cordoned nodes in its own time.
    private static string Describe(ClusterNode node) =>
        $"{node.Name} {node.Uid} {node.Unschedulable} [{string.Join(',', node.Taints.Where(static taint => taint.Key != "node.kubernetes.io/unschedulable"))}] {string.Join(',', node.Labels.OrderBy(static one => one.Key, StringComparer.Ordinal))}";

    private async Task<List<ClusterNode>> NodesAsync()
    {
        List<ClusterNode> nodes = [];
        await foreach (
            ClusterNode node in NodeReader.ReadAsync(
                server.Session,
                new(),
                static missing => throw missing,
                NullObserver.Instance,
                CancellationToken.None
            )
        )
            nodes.Add(await NodeEditor.ReadAsync(server.Session, node.Name, CancellationToken.None));
        return nodes;
    }
}
