using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;

namespace NodeManager.Autoscaling.Forecasts.Assumptions;

/// <summary>Compares the plan of the autoscaler with one for changed pools. Changes nothing.</summary>
public static class ScaleWhatIf
{
    /// <param name="ns">The namespace of the autoscaler's resources.</param>
    /// <param name="changes">By name of the pool.</param>
    /// <param name="observer">Warned of data that cannot be read.</param>
    /// <exception cref="NodeManagerException">
    /// NodePoolNotFound: no managed pool has the name. NodePoolInvalid, NodePoolFieldUnsupported. As <see cref="ScalePlanReader.PlanAsync"/>.
    /// </exception>
    public static Task<NodeScaleComparison> CompareAsync(
        NodeManagerSession session,
        string ns,
        IReadOnlyDictionary<string, PoolChange> changes,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            ns,
            async (connection, token) =>
                Compare(await ScalePlanReader.ReadAsync(session, connection, ns, observer, token), changes, observer, token),
            cancellationToken
        );

    internal static NodeScaleComparison Compare(
        ScaleInput input,
        IReadOnlyDictionary<string, PoolChange> changes,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        ScaleInput with = input;
        foreach ((string name, PoolChange change) in changes)
            with = AssumedPool.With(with, Assume(with, name, change, observer));
        NodeScalePlan before = ScalePlanReader.Map(input, ScalePlanner.Plan(input, cancellationToken)),
            after = ScalePlanReader.Map(with, ScalePlanner.Plan(with, cancellationToken));
        return new()
        {
            Session = input.Session,
            Cluster = input.Session?.Cluster ?? "",
            Before = before,
            After = after,
            Differences = new([.. Differences(before, after)]),
        };
    }

    private static NodeSmithPool Assume(ScaleInput input, string name, PoolChange change, IOperationObserver observer)
    {
        NodeSmithPool pool =
            input.Pools.FirstOrDefault(one => one.Metadata.Name == name)
            ?? throw new NodeManagerException(
                ErrorIds.NodePoolNotFound,
                ErrorKind.ObjectNotFound,
                $"No managed pool is called '{name}'.",
                name,
                input.Pools.Count == 0
                    ? "A NodeSmithControlPlane has to list the pool."
                    : $"The managed pools are {string.Join(", ", input.Pools.Select(static one => one.Metadata.Name))}."
            );
        JsonObject spec = AssumedPool.SpecOf(pool),
            patch = ClusterPoolFormat.Instance.PatchOf(change, spec, name);
        IReadOnlyList<NodePoolFinding> findings = ClusterPoolFormat.Instance.Check(null, PoolMerge.Apply(spec, patch));
        foreach (NodePoolFinding finding in findings.Where(static one => one.Severity != NodePoolFinding.Error))
            observer.Warning($"{finding.Field} of pool '{name}' {finding.Message}.");
        if (findings.Where(static one => one.Severity == NodePoolFinding.Error).ToList() is { Count: > 0 } errors)
        {
            throw new NodeManagerException(
                ErrorIds.NodePoolInvalid,
                ErrorKind.InvalidData,
                $"The assumed pool '{name}' is not valid: {string.Join("; ", errors.Select(static one => $"{one.Field} {one.Message}"))}.",
                name,
                "Correct the fields."
            );
        }

        return AssumedPool.With(pool, patch);
    }

    private static IEnumerable<NodeScaleDifference> Differences(NodeScalePlan before, NodeScalePlan after)
    {
        Dictionary<string, NodeScalePlanPod> pods = before.Pods.ToDictionary(KeyOf, StringComparer.Ordinal);
        foreach (NodeScalePlanPod pod in after.Pods)
            if (pods[KeyOf(pod)].Decision is var decision && decision != pod.Decision)
                yield return Difference(NodeScaleDifference.Pod, KeyOf(pod), decision, pod.Decision, pod.Message);
        Dictionary<string, NodeScalePlanNode> nodes = before.Nodes.ToDictionary(KeyOf, StringComparer.Ordinal);
        foreach (NodeScalePlanNode node in after.Nodes)
            if (nodes.GetValueOrDefault(KeyOf(node))?.Decision is { } decision && decision != node.Decision)
                yield return Difference(NodeScaleDifference.Node, TitleOf(node), decision, node.Decision, node.Message);
        Dictionary<string, int> machines = CountOf(before),
            then = CountOf(after);
        foreach (string kind in machines.Keys.Union(then.Keys).Order(StringComparer.Ordinal))
            if (machines.GetValueOrDefault(kind) is var count && then.GetValueOrDefault(kind) is var other && count != other)
                yield return Difference(NodeScaleDifference.Machine, kind, Text(count), Text(other), "");
    }

    private static NodeScaleDifference Difference(string kind, string name, string before, string after, string message) =>
        new()
        {
            Kind = kind,
            Name = name,
            Before = before,
            After = after,
            Message = message,
        };

    private static Dictionary<string, int> CountOf(NodeScalePlan plan) =>
        plan
            .Machines.GroupBy(
                static one =>
                    one.Shape.Length > 0
                        ? $"{one.Pool}/{one.Shape}"
                        : string.Create(CultureInfo.InvariantCulture, $"{one.Pool}/{one.CpuCores}x{ByteSize.Format(one.Memory)}"),
                StringComparer.Ordinal
            )
            .ToDictionary(static one => one.Key, static one => one.Count(), StringComparer.Ordinal);

    private static string KeyOf(NodeScalePlanPod pod) => $"{pod.Namespace}/{pod.Name}";

    // A node with the labels of two pools is a member of both.
    private static string KeyOf(NodeScalePlanNode node) => $"{node.Pool}\n{node.Claim}\n{node.Node}";

    private static string TitleOf(NodeScalePlanNode node) => node.Node.Length > 0 ? node.Node : node.Claim;

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
