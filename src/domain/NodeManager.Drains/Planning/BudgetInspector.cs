using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Planning;

/// <summary>Evaluates all pods of PDBs, on all nodes, to report what each PDB waits for.</summary>
/// <param name="client">To read with.</param>
/// <param name="server">Its version counts.</param>
/// <param name="options">Of the drain: what they have already is not proposed.</param>
internal sealed class BudgetInspector(KubernetesClient client, ServerCapabilities server, DrainOptions options)
{
    // What a PDB waits for is worth a few requests.
    private const int MaximumNodes = 20;

    /// <summary>The pods of each budget; a budget whose pods may not be read is left out.</summary>
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

    /// <summary>The pods of each budget, of these.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Pod>> PodsOf(IEnumerable<PodDisruptionBudget> budgets, IEnumerable<Pod> pods)
    {
        ILookup<string?, Pod> byNamespace = pods.ToLookup(p => p.Metadata.Namespace);
        return budgets
            .DistinctBy(BudgetRules.Title)
            .ToDictionary(
                BudgetRules.Title,
                IReadOnlyList<Pod> (b) => [.. byNamespace[b.Metadata.Namespace].Where(p => BudgetRules.Covers(b, p, server.BudgetVersion))]
            );
    }

    /// <summary>The nodes of unready pods whose kubelet cannot start or end pods. A node that may not be read counts as well.</summary>
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

    /// <summary>The budgets as users see them, with their outlook.</summary>
    /// <param name="budgets">As last reported.</param>
    /// <param name="covered">See <see cref="ReadPodsAsync"/>.</param>
    /// <param name="staleFor">How long a budget's status has lagged; null when it does not.</param>
    /// <param name="now">The cluster's time.</param>
    /// <param name="down">Nodes whose kubelet cannot start or end pods.</param>
    /// <param name="disruptedFor">How long a budget's status has counted the eviction of a pod; null takes the status' own times.</param>
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
            return (await client.ListAsync(Resources.Pods, new() { Namespace = ns }, cancellationToken)).Items;
        }
        catch (KubernetesException)
        {
            // What a budget waits for is worth telling, and nothing to fail over.
            return null;
        }
    }
}
