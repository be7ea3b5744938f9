using NodeManager.Core.Sessions;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>Evaluates all pods of PDBs, on all nodes, to report what each PDB waits for.</summary>
/// <param name="options">The options of the drain: those in use are not proposed.</param>
internal sealed class BudgetInspector(KubernetesClient client, ServerCapabilities server, DrainOptions options)
{
    // Limits the requests for an explanation.
    private const int MaximumNodes = 20;

    /// <summary>The pods of each budget; a budget whose pods cannot be read is left out.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<Pod>>> ReadPodsAsync(
        IReadOnlyCollection<PodDisruptionBudget> budgets,
        CancellationToken cancellationToken
    )
    {
        (string? Namespace, List<Pod>? Pods)[] lists = await Task.WhenAll(
            budgets.Select(b => b.Metadata.Namespace).Distinct().Select(async ns => (ns, await ListAsync(ns, cancellationToken)))
        );
        HashSet<string?> refused = [.. lists.Where(l => l.Pods is null).Select(l => l.Namespace)];
        return PodsOf(budgets.Where(b => !refused.Contains(b.Metadata.Namespace)), lists.SelectMany(l => l.Pods ?? []));
    }

    public IReadOnlyDictionary<string, IReadOnlyList<Pod>> PodsOf(IEnumerable<PodDisruptionBudget> budgets, IEnumerable<Pod> pods)
    {
        List<PodDisruptionBudget> distinct = [.. budgets.DistinctBy(BudgetRules.Title)];
        HashSet<string?> namespaces = [.. distinct.Select(static b => b.Metadata.Namespace)];
        ILookup<string?, Pod> byNamespace = pods.Where(p => namespaces.Contains(p.Metadata.Namespace)).ToLookup(p => p.Metadata.Namespace);
        return distinct.ToDictionary(
            BudgetRules.Title,
            IReadOnlyList<Pod> (b) => [.. byNamespace[b.Metadata.Namespace].Where(p => BudgetRules.Covers(b, p, server.BudgetVersion))]
        );
    }

    /// <summary>The nodes of unready pods whose kubelet cannot start or end pods. A node that cannot be read counts as well.</summary>
    public async Task<IReadOnlySet<string>> DownNodesAsync(IEnumerable<Pod> pods, CancellationToken cancellationToken)
    {
        string[] names =
        [
            .. pods.Where(static pod => !pod.IsFinished() && !pod.IsReady())
                .Select(static pod => pod.Spec.NodeName)
                .OfType<string>()
                .Distinct()
                .Take(MaximumNodes),
        ];
        Node?[] nodes = await Task.WhenAll(
            names.Select(async name =>
            {
                try
                {
                    return await client.GetAsync(Resources.Nodes, name, null, cancellationToken);
                }
                catch (KubernetesException)
                {
                    return null;
                }
            })
        );
        return nodes
            .OfType<Node>()
            .Where(static node => KubeletRules.Trouble(node) is not null)
            .Select(static node => node.Metadata.Name)
            .ToHashSet();
    }

    /// <param name="staleFor">How long a budget's status has lagged; null if it is current.</param>
    /// <param name="down">Nodes whose kubelet cannot start or end pods.</param>
    /// <param name="disruptedFor">How long a budget's status has listed the eviction of a pod; null uses the times in the status.</param>
    public IReadOnlyDictionary<string, PodBudget> Describe(
        IEnumerable<PodDisruptionBudget> budgets,
        IReadOnlyDictionary<string, IReadOnlyList<Pod>> covered,
        Func<PodDisruptionBudget, TimeSpan?> staleFor,
        DateTimeOffset now,
        IReadOnlySet<string> down,
        Func<PodDisruptionBudget, string, TimeSpan>? disruptedFor = null
    ) =>
        budgets
            .DistinctBy(BudgetRules.Title)
            .ToDictionary(
                BudgetRules.Title,
                b =>
                {
                    IReadOnlyList<Pod>? pods = covered.GetValueOrDefault(BudgetRules.Title(b));
                    return BudgetRules.Describe(
                        b,
                        BudgetOutlookRules.Judge(
                            b,
                            pods,
                            staleFor(b),
                            server.Minor,
                            now,
                            !options.Surge,
                            disruptedFor is null ? null : pod => disruptedFor(b, pod),
                            down
                        ),
                        [.. (pods ?? []).Select(p => PodHealth.Examine(p, now, down)).OfType<UnhealthyPod>()]
                    );
                }
            );

    private async Task<List<Pod>?> ListAsync(string? ns, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.ListAsync(ClusterPods.Type, new() { Namespace = ns }, cancellationToken)).Items;
        }
        catch (KubernetesException)
        {
            // An explanation only: a failure to read it does not fail the drain.
            return null;
        }
    }
}
