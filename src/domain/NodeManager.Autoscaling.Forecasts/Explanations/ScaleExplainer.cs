using NodeManager.Autoscaling.Decisions;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Forecasts.Explanations;

/// <summary>Explains decisions about pods and nodes: their sentence, their history, and what would change them. Changes nothing.</summary>
public static class ScaleExplainer
{
    /// <summary>The decisions about some pods, including scheduled ones, with their history and what would place them.</summary>
    /// <param name="ns">The namespace of the autoscaler's resources.</param>
    /// <param name="pods"><c>name</c> or <c>namespace/name</c>, with wildcards.</param>
    /// <param name="observer">Warned of data that cannot be read, and of each name without a pod.</param>
    /// <exception cref="NodeManagerException">As <see cref="ScalePlanReader.PlanAsync"/>; PodNotFound if no name has a pod.</exception>
    public static Task<IReadOnlyList<NodeScalePlanPod>> ExplainAsync(
        NodeManagerSession session,
        string ns,
        IReadOnlyList<string> pods,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeScalePlanPod>>(
            session,
            ns,
            async (connection, token) =>
            {
                ScaleInput input = await ScalePlanReader.ReadAsync(session, connection, ns, observer, token);
                ScalePlan plan = ScalePlanner.Plan(input, token);
                IEnumerable<NodeScalePlanPod> all = plan.Pods.Concat(
                    input.Pods.Where(static pod => !string.IsNullOrEmpty(pod.Spec.NodeName)).Select(pod => Running(session, pod))
                );
                ILookup<bool, string> names = pods.ToLookup(static one => one.Contains('/', StringComparison.Ordinal));
                Predicate<string> full = NamePattern.Any(names[true]),
                    plain = NamePattern.Any(names[false]);
                List<NodeScalePlanPod> found = Require(
                    [.. all.Where(pod => full($"{pod.Namespace}/{pod.Name}") || plain(pod.Name))],
                    pods,
                    static (name, pod) => name.Matches(pod.Name) || name.Matches($"{pod.Namespace}/{pod.Name}"),
                    name => (ErrorIds.PodNotFound, $"Pod '{name}' does not exist in cluster '{session.Cluster}'."),
                    observer
                );
                new ScaleSuggestions(input, plan, token).AddTo(found);
                ILookup<string, NodeScaleDecision> history = await HistoryAsync(session, ns, observer, token);
                foreach (NodeScalePlanPod pod in found)
                    pod.History = new([.. history[$"pod/{pod.Namespace}/{pod.Name}"]]);
                return found;
            },
            cancellationToken
        );

    /// <summary>The decisions about some nodes of pools, with their history and what would let them be removed.</summary>
    /// <param name="nodes">Names of nodes or claims, with wildcards.</param>
    /// <inheritdoc cref="ExplainAsync" path="/param"/>
    /// <exception cref="NodeManagerException">As <see cref="ScalePlanReader.PlanAsync"/>; NodeNotFound if no name has a node of a pool.</exception>
    public static Task<IReadOnlyList<NodeScalePlanNode>> ExplainNodesAsync(
        NodeManagerSession session,
        string ns,
        IReadOnlyList<string> nodes,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeScalePlanNode>>(
            session,
            ns,
            async (connection, token) =>
            {
                ScaleInput input = await ScalePlanReader.ReadAsync(session, connection, ns, observer, token);
                ScalePlan plan = ScalePlanner.Plan(input, token);
                Predicate<string> named = NamePattern.Any(nodes);
                List<NodeScalePlanNode> found = Require(
                    [.. plan.Nodes.Where(node => named(node.Node) || named(node.Claim))],
                    nodes,
                    static (name, node) => name.Matches(node.Node) || name.Matches(node.Claim),
                    name => (ErrorIds.NodeNotFound, $"Node '{name}' belongs to no managed pool of cluster '{session.Cluster}'."),
                    observer
                );
                ScaleSuggestions suggestions = new(input, plan, token);
                ILookup<string, NodeScaleDecision> history = await HistoryAsync(session, ns, observer, token);
                foreach (NodeScalePlanNode node in found)
                {
                    suggestions.AddTo(node);
                    node.History = new([
                        .. history[$"claim/{node.Claim}"].Concat(history[$"node/{node.Node}"]).OrderBy(static one => one.At),
                    ]);
                }

                return found;
            },
            cancellationToken
        );

    private static async Task<ILookup<string, NodeScaleDecision>> HistoryAsync(
        NodeManagerSession session,
        string ns,
        IOperationObserver observer,
        CancellationToken token
    )
    {
        IReadOnlyList<NodeScaleDecision> log = [];
        try
        {
            log = await DecisionReader.ReadAsync(session, ns, token);
        }
        catch (NodeManagerException refused) when (refused.ErrorId == ErrorIds.Forbidden)
        {
            observer.Warning($"The log of decisions cannot be read: {refused.Message}");
        }

        return log.ToLookup(static one => one.Target, StringComparer.Ordinal);
    }

    // A name without an object is a warning while others have one.
    private static List<T> Require<T>(
        List<T> found,
        IReadOnlyList<string> names,
        Func<NamePattern, T, bool> matches,
        Func<string, (string Id, string Message)> missing,
        IOperationObserver observer
    )
    {
        string[] absent =
        [
            .. names.Where(name => !NamePattern.IsWildcard(name) && !found.Exists(one => matches(new NamePattern(name), one))),
        ];
        if (absent.Length > 0 && found.Count == 0)
        {
            (string id, string message) = missing(string.Join("', '", absent));
            throw new NodeManagerException(
                id,
                ErrorKind.ObjectNotFound,
                message,
                absent[0],
                "Check the name; namespace/name selects a pod of one namespace, and wildcards work."
            );
        }

        foreach (string name in absent)
            observer.Warning(missing(name).Message);
        return found;
    }

    private static NodeScalePlanPod Running(NodeManagerSession session, Pod pod) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            Namespace = pod.Metadata.Namespace ?? "",
            Name = pod.Metadata.Name,
            Uid = pod.Metadata.Uid ?? "",
            Decision = AutoscalerDecision.Ignore,
            Target = pod.Spec.NodeName!,
            Reason = AutoscalerReason.Scheduled,
            Message = pod.IsFinished()
                ? $"The pod has completed on node '{pod.Spec.NodeName}'."
                : $"The scheduler has placed the pod on node '{pod.Spec.NodeName}'.",
        };
}
