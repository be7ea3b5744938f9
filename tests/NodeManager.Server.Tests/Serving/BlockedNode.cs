using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Server.Tests.Serving;

/// <summary>A node of a seeded cluster whose drain waits for PDBs.</summary>
/// <param name="Name">Of the node.</param>
/// <param name="Budgets">Of its pods.</param>
internal sealed record BlockedNode(string Name, IReadOnlyList<PodBudget> Budgets)
{
    /// <summary>With which only PDBs are in the way.</summary>
    public static DrainOptions Options { get; } = new() { DeleteEmptyDirData = true, DeleteUnmanagedPods = true };

    public static async Task<BlockedNode> FindAsync(NodeManagerSession session)
    {
        List<Node> nodes = await session.UseAsync(
            async (client, token) => (await client.ListAsync(Resources.Nodes, new(), token)).Items,
            default
        );
        NodeTarget[] ready =
        [
            .. nodes
                .Where(static one =>
                    one.Spec.Unschedulable != true
                    && one.Status.Conditions?.Exists(static c => c is { Type: "Ready", Status: "True" }) == true
                )
                .Select(static one => new NodeTarget(one.Metadata.Name)),
        ];
        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(session, ready, Options, default);
        NodeDrainPlan plan = plans.First(static one =>
            one.Status == NodeDrainPlanStatus.WillNotFinish && one.Pods.All(static pod => pod.Decision != DrainDecision.Wait)
        );
        return new(
            plan.Node,
            [.. plan.Pods.SelectMany(static pod => pod.Budgets).DistinctBy(static budget => (budget.Namespace, budget.Name))]
        );
    }

    /// <summary>Deletes the PDBs.</summary>
    public async Task ReleaseAsync(NodeManagerSession session)
    {
        foreach (PodBudget budget in Budgets)
        {
            await session.UseAsync(
                async (client, token) =>
                {
                    await client.DeleteAsync(Resources.PodDisruptionBudgets("v1"), budget.Name, budget.Namespace, new(), token);
                    return true;
                },
                default
            );
        }
    }
}
