using System.Net;
using NodeManager.Core.Nodes;
using NodeManager.Core.Placement;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Drains.Planning;

public sealed class DrainSurveyor(KubernetesClient client, DrainOptions options)
{
    // From here on one list of all pods is cheaper than one request for each node. Up to here, caches are not used: they may lack a pod that
    // has just been created.
    internal const int ManyNodes = 16;

    private static readonly Task<ClusterReading?> NotRead = Task.FromResult<ClusterReading?>(null);

    private readonly AccessCheck _access = new(client, options);

    /// <param name="cluster">The cluster, if it is read anyway; null without.</param>
    /// <exception cref="NodeManagerException">InvalidSelector.</exception>
    public async Task<DrainSurvey> ReadAsync(
        IReadOnlyList<NodeTarget> targets,
        CancellationToken cancellationToken,
        Task<ClusterReading?>? cluster = null
    )
    {
        LabelSelector? selector = options.PodSelector is null ? null : LabelSelectorParser.Parse(options.PodSelector);
        IReadOnlyList<string> nodeNames = [.. targets.Select(t => t.Name)];
        Task<IReadOnlyList<(string Name, Node? Node)>> nodes = ReadNodesAsync(nodeNames, cluster, cancellationToken);
        Task<IReadOnlyList<Pod>?> pods = ReadPodsAsync(nodeNames, cluster, cancellationToken);
        Task<List<DaemonSet>?> daemonSets = ReadIfAllowedAsync(Resources.DaemonSets, new(), cancellationToken);
        Task<IReadOnlyList<NodeDrainBlocker>> missing = _access.MissingAsync(cancellationToken);
        Task<NodeDrainBlocker?> missingRemoval = _access.MissingRemovalAsync(null, cancellationToken);
        Task<ServerCapabilities> capabilities = client.GetCapabilitiesAsync(cancellationToken);
        Task<List<PodDisruptionBudget>?> budgets = ReadBudgetsAsync(capabilities, cancellationToken);
        // Waits for all of them, also if one fails: none continues unobserved.
        await Task.WhenAll(nodes, pods, daemonSets, missing, missingRemoval, budgets);
        ServerCapabilities server = await capabilities;

        List<NodeDrainBlocker> blockers = [.. await missing];
        if (await pods is null && !blockers.Exists(b => b.Name == "list pods"))
            blockers.Add(AccessCheck.Missing(new() { Verb = "list", Resource = "pods" }, null));
        HashSet<string> wanted = [.. nodeNames];
        List<Pod> onNodes = [.. (await pods ?? []).Where(p => p.Spec.NodeName is { } on && wanted.Contains(on))];
        bool IsSelected(Pod pod) => selector?.Matches(pod.Metadata.Labels) != false;
        Dictionary<string, NodeTarget> targetOf = targets.ToDictionary(t => t.Name);
        Dictionary<string, (string, string?)> replaced = (await nodes)
            .Where(n => n.Node is not null && !targetOf[n.Name].Matches(n.Node.Metadata.Uid))
            .ToDictionary(n => n.Name, n => (targetOf[n.Name].Uid, n.Node!.Metadata.Uid));
        return new()
        {
            Server = server,
            Nodes = [.. (await nodes).Select(n => replaced.ContainsKey(n.Name) ? (n.Name, null) : n)],
            Replaced = replaced,
            Pods = onNodes.Where(IsSelected).ToLookup(p => p.Spec.NodeName!),
            UnselectedPods = onNodes.Where(p => !IsSelected(p)).ToLookup(p => p.Spec.NodeName!),
            DaemonSets = (await daemonSets)?.ToDictionary(d => (d.Metadata.Namespace ?? "", d.Metadata.Name), d => d.Metadata.Uid ?? ""),
            Budgets = await budgets,
            MissingPermissions = blockers,
            RemovalByNamespace = await missingRemoval is not null,
        };
    }

    /// <summary>The namespaces in which this user cannot remove pods.</summary>
    public async Task<IReadOnlyDictionary<string, NodeDrainBlocker>> MissingRemovalsAsync(
        IReadOnlyCollection<string> namespaces,
        CancellationToken cancellationToken
    )
    {
        (string Namespace, NodeDrainBlocker? Missing)[] answers = await Task.WhenAll(
            namespaces.Select(async ns => (ns, await _access.MissingRemovalAsync(ns, cancellationToken)))
        );
        return answers.Where(a => a.Missing is not null).ToDictionary(a => a.Namespace, a => a.Missing!);
    }

    /// <summary>
    /// What Deployments allow to be unavailable in rolling updates, by the key of their pods (see <see cref="WorkloadRules.KeyOf"/>); empty if they may
    /// not be listed.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IntOrString>> ReadMaxUnavailableAsync(CancellationToken cancellationToken) =>
        (await ReadIfAllowedAsync(Resources.Deployments, new(), cancellationToken) ?? [])
            .Where(static d => d.Spec.Strategy?.RollingUpdate?.MaxUnavailable is not null)
            .ToDictionary(
                static d => $"ReplicaSet {d.Metadata.Namespace}/{d.Metadata.Name}",
                static d => d.Spec.Strategy!.RollingUpdate!.MaxUnavailable!.Value
            );

    private async Task<IReadOnlyList<(string Name, Node? Node)>> ReadNodesAsync(
        IReadOnlyList<string> names,
        Task<ClusterReading?>? cluster,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Node>? all =
            await UsableAsync(names, cluster) is { } read ? read.Nodes
            : names.Count > ManyNodes ? (await client.ListAsync(Resources.Nodes, new(), cancellationToken)).Items
            : null;
        if (all is not null)
        {
            Dictionary<string, Node> byName = all.ToDictionary(n => n.Metadata.Name);
            return [.. names.Select(name => (name, byName.GetValueOrDefault(name)))];
        }

        return await Task.WhenAll(
            names.Select(async name => (name, await client.FindAsync(Resources.Nodes, name, null, cancellationToken)))
        );
    }

    private async Task<IReadOnlyList<Pod>?> ReadPodsAsync(
        IReadOnlyList<string> names,
        Task<ClusterReading?>? cluster,
        CancellationToken cancellationToken
    )
    {
        if (await UsableAsync(names, cluster) is { } read)
            return read.Pods;
        if (names.Count > ManyNodes)
            return await ReadIfAllowedAsync(Resources.Pods, new(), cancellationToken);
        List<Pod>?[] lists = await Task.WhenAll(
            names.Select(name => ReadIfAllowedAsync(Resources.Pods, new() { FieldSelector = $"spec.nodeName={name}" }, cancellationToken))
        );
        return lists.Any(l => l is null) ? null : [.. lists.SelectMany(l => l!)];
    }

    private static async Task<ClusterReading?> UsableAsync(IReadOnlyList<string> names, Task<ClusterReading?>? cluster) =>
        await (cluster ?? NotRead) is { } read && (!read.IsCached || names.Count > ManyNodes) ? read : null;

    private async Task<List<PodDisruptionBudget>?> ReadBudgetsAsync(
        Task<ServerCapabilities> capabilities,
        CancellationToken cancellationToken
    ) => await ReadIfAllowedAsync(Resources.PodDisruptionBudgets((await capabilities).BudgetVersion), new(), cancellationToken);

    private async Task<List<T>?> ReadIfAllowedAsync<T>(ResourceType<T> type, ListOptions what, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return (await client.ListAsync(type, what, cancellationToken)).Items;
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }
}
