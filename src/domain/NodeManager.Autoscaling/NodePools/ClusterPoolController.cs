using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.NodePools;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>
/// The autoscaler's treatment of its pools: existing nodes keep the template that they were created from, and the planning rules determine
/// added and removed nodes. They are evaluated here on the current cluster, as the autoscaler does.
/// </summary>
internal sealed class ClusterPoolController(NodeManagerSession session, string ns) : IPoolController
{
    private static readonly string[] Templates = ["spec.machineTemplate", "spec.providerRef", "spec.poolLabelKey"];

    // Temporary obstacles of a removal.
    private static readonly string[] Passing =
    [
        AutoscalerReason.Stabilizing,
        AutoscalerReason.RecentActivity,
        AutoscalerReason.DisruptionBudget,
        AutoscalerReason.PodDisruptionBudget,
    ];

    public bool DrainsNodes => true;

    public int DesiredNodes(JsonObject spec)
    {
        try
        {
            return ClusterPoolStatus.Minimum(ClusterPoolFormat.Parse(spec));
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    public string EffectOf(string field) => NodePoolEffect.InPlace;

    public string ReasonOf(string field) =>
        Array.Exists(Templates, part => field == part || field.StartsWith(part + ".", StringComparison.Ordinal))
            ? "applies to new nodes; Update-NodePool replaces the existing ones"
            : "";

    public IEnumerable<ClusterNode> RemovalOrder(IReadOnlyList<ClusterNode> nodes) =>
        nodes.OrderByDescending(static node => node.CreatedAt);

    public async Task<PoolForecast?> ForecastAsync(PoolRecord? before, string name, JsonObject after, CancellationToken cancellationToken)
    {
        ScaleInput input = await ScalePlanReader.ReadAsync(session, session.Connection(), ns, NullObserver.Instance, cancellationToken);
        NodeSmithPool? known = input.Pools.FirstOrDefault(pool => pool.Metadata.Name == name);
        if (known is null && before is not null)
            return new(
                input.Claims.Count(claim => claim.Spec.PoolRef == name),
                0,
                [],
                "no NodeSmithControlPlane names the pool, so the autoscaler ignores it"
            );
        (int Nodes, int Added, List<NodeScalePlanNode> Removed, ScalePlan Plan) now = known is null
            ? (0, 0, [], ScalePlanner.Plan(input, cancellationToken))
            : Plan(input, name, known.Spec, cancellationToken);
        (int Nodes, int Added, List<NodeScalePlanNode> Removed, ScalePlan Plan) then = Plan(
            input,
            name,
            ClusterPoolFormat.Parse((JsonObject)after.DeepClone()),
            cancellationToken
        );
        string[] removed = [.. then.Removed.Select(static one => one.Node).Except(now.Removed.Select(static one => one.Node))];
        int added = Math.Max(0, then.Added - now.Added);
        return new(then.Nodes, added, removed, TextOf(now.Nodes, then.Nodes, added + removed.Length, then.Plan, name));
    }

    private static (int Nodes, int Added, List<NodeScalePlanNode> Removed, ScalePlan Plan) Plan(
        ScaleInput input,
        string name,
        NodeSmithPoolSpec spec,
        CancellationToken cancellationToken
    )
    {
        NodeSmithPool pool = Become(input.Pools.FirstOrDefault(one => one.Metadata.Name == name), name, spec);
        ScalePlan plan = ScalePlanner.Plan(
            input with
            {
                Pools = [.. input.Pools.Where(one => one.Metadata.Name != name), pool],
            },
            cancellationToken
        );
        List<NodeScalePlanNode> members = [.. plan.Nodes.Where(node => node.Pool == name)];
        int added = plan.Machines.Count(machine => machine.Pool == name);
        List<NodeScalePlanNode> removed =
        [
            .. members.Where(static node =>
                node.Decision == AutoscalerDecision.Remove || (node.Decision == AutoscalerDecision.Wait && Passing.Contains(node.Reason))
            ),
        ];
        // Removals that wait for their turn are skipped instead of counting down one by one.
        int removable = Math.Max(0, members.Count(static node => node.Claim.Length > 0) - ClusterPoolStatus.Minimum(spec));
        if (removed.Count > removable)
            removed = removed[..removable];
        return (members.Count - removed.Count + added, added, removed, plan);
    }

    // Windows only delay; the final result counts here.
    private static NodeSmithPool Become(NodeSmithPool? pool, string name, NodeSmithPoolSpec spec)
    {
        NodeSmithPoolSpec patient = JsonSerializer
            .SerializeToNode(spec, NodeSmithJson.Default.NodeSmithPoolSpec)!
            .Deserialize(NodeSmithJson.Default.NodeSmithPoolSpec)!;
        if (patient.ScaleDown is not null)
            patient.ScaleDown.StabilizationWindow = null;
        patient.ScaleUp = null;
        return new()
        {
            ApiVersion = NodeSmithNames.ApiVersion,
            Kind = nameof(NodeSmithPool),
            Metadata = pool?.Metadata ?? new() { Name = name },
            Spec = patient,
            Status = new() { Conditions = pool?.Status?.Conditions },
        };
    }

    private static string TextOf(int now, int then, int changes, ScalePlan plan, string name)
    {
        if (changes > 0)
            return string.Create(CultureInfo.InvariantCulture, $"{now} to {then} nodes in the present state of the cluster");
        NodeScalePlanNode? kept = plan.Nodes.FirstOrDefault(node => node.Pool == name && node.Decision == AutoscalerDecision.Keep);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the pool keeps {then} nodes{(kept is null ? "" : $": {kept.Message.TrimEnd('.')}")}"
        );
    }
}
