using System.Net;
using NodeManager.Core.Health;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Nodes;
using NodeManager.Core.Placement;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Errors;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Drains.Planning;

/// <summary>The input of plans, read once for all nodes, whether they are drained together or batch after batch.</summary>
public sealed record PlanBasis
{
    private const int LeaseTimesMinor = 25;

    private readonly Dictionary<string, IReadOnlyList<TimeSpan>> _starts = [];

    public required DrainOptions Options { get; init; }

    public required DrainSurvey Survey { get; init; }

    /// <summary>The decisions for the pods of each node, in the requested order.</summary>
    public required IReadOnlyList<PlannedNode> Nodes { get; init; }

    /// <summary>Null if pods or nodes cannot be listed.</summary>
    public required PlacementSimulator? Simulator { get; init; }

    /// <summary>Pods that are not scheduled yet.</summary>
    public required IReadOnlyList<Pod> Waiting { get; init; }

    public required string Refusal { get; init; }

    /// <summary>All pods of each budget, on all nodes, by <c>namespace/name</c>.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Pod>> Covered { get; init; }

    /// <summary>All pods that are not finished of workloads with a pod to evict that no PDB covers, see <see cref="WorkloadRules.KeyOf"/>.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<Pod>> Workloads { get; init; } = new Dictionary<string, IReadOnlyList<Pod>>();

    /// <summary>What Deployments allow in rolling updates, by the keys of <see cref="Workloads"/>; empty if workloads are not limited.</summary>
    internal IReadOnlyDictionary<string, IntOrString> MaxUnavailable { get; init; } = new Dictionary<string, IntOrString>();

    /// <summary>The budgets that cover a pod of the nodes, by <c>namespace/name</c>, with their outlook for one pod.</summary>
    public required IReadOnlyDictionary<string, PodBudget> Budgets { get; init; }

    /// <summary>Pods that a PDB permanently blocks, by UID, with the Deployment that could be restarted for them.</summary>
    public required IReadOnlyDictionary<string, SurgeCandidate> Surges { get; init; }

    /// <summary>UIDs of pods that are replaced by a restart of their Deployment, without the budget.</summary>
    public required IReadOnlySet<string> Surging { get; init; }

    /// <summary>The last renewal of overdue Leases, by node name.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> StaleLeases { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>Why pods of the node do not end; null if they do.</summary>
    public string? TroubleOf(PlannedNode plan) =>
        KubeletRules.Trouble(plan.Node, StaleLeases.TryGetValue(plan.Name, out DateTimeOffset since) ? since : null);

    /// <summary>Terminations of former drains of the session.</summary>
    internal TerminationHistory History { get; init; } = new();

    public required DateTimeOffset Now { get; init; }

    /// <summary>Missing or replaced nodes have no node in <see cref="Nodes"/>.</summary>
    /// <param name="scores">True if nodes of a large cluster are scored, too: a drain plan takes the first that fits there.</param>
    /// <exception cref="NodeManagerException">InvalidSelector.</exception>
    public static async Task<PlanBasis> ReadAsync(
        ClusterConnection connection,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        CancellationToken cancellationToken,
        bool usesCaches = true,
        bool scores = false
    )
    {
        DateTimeOffset now = connection.Time.GetUtcNow();
        int scored = scores ? int.MaxValue : FitEstimator.MaximumScoredNodes + nodes.Count;
        Task<(ClusterReading? Cluster, string Refusal)> reading = ReadClusterAsync(connection, usesCaches, scored, cancellationToken);
        DrainSurveyor surveyor = new(connection.Client, options);
        Task<DrainSurvey> surveying = surveyor.ReadAsync(nodes, cancellationToken, ClusterOf(reading));
        await Task.WhenAll(reading, surveying);
        DrainSurvey survey = await surveying;
        (ClusterReading? cluster, string refusal) = await reading;
        DateTimeOffset there = connection.Client.ServerTime;
        IReadOnlyList<PlannedNode> plans = await NodePlanner.PlanAsync(surveyor, survey, options, there, cancellationToken);

        HashSet<string> attached =
        [
            .. plans.SelectMany(p => p.Pods).SelectMany(p => p.Plan.Budgets).Select(b => $"{b.Namespace}/{b.Name}"),
        ];
        List<PodDisruptionBudget> budgets = [.. (survey.Budgets ?? []).Where(b => attached.Contains(BudgetRules.Title(b)))];
        BudgetInspector inspector = new(connection.Client, survey.Server, options);
        IReadOnlyDictionary<string, IReadOnlyList<Pod>> covered = cluster is null
            ? await inspector.ReadPodsAsync(budgets, cancellationToken)
            : inspector.PodsOf(budgets, cluster.Pods);
        IReadOnlySet<string> down = cluster is null
            ? await inspector.DownNodesAsync(covered.Values.SelectMany(static pods => pods), cancellationToken)
            : cluster
                .Nodes.Where(static node => KubeletRules.Trouble(node) is not null)
                .Select(static node => node.Metadata.Name)
                .ToHashSet();
        IReadOnlyDictionary<string, SurgeCandidate> surges = await SurgesAsync(connection, survey, plans, options, cancellationToken);
        Dictionary<string, IReadOnlyList<Pod>> workloads = WorkloadsOf(plans, cluster?.Pods ?? []);
        return new()
        {
            Options = options,
            Survey = survey,
            Nodes = plans,
            Simulator = cluster is null ? null : new(cluster.Snapshot),
            Waiting = [.. (cluster?.Pods ?? []).Where(p => string.IsNullOrEmpty(p.Spec.NodeName) && !p.IsFinished() && !p.IsTerminating())],
            Refusal = refusal,
            Covered = covered,
            Workloads = workloads,
            MaxUnavailable =
                options.Over(nodes.Count).LimitsWorkloads && workloads.Values.Any(static pods => pods.Count > 1)
                    ? await surveyor.ReadMaxUnavailableAsync(cancellationToken)
                    : new Dictionary<string, IntOrString>(),
            Budgets = inspector.Describe(budgets, covered, b => StaleFor(b, now), now, down),
            Surges = surges,
            Surging = surges.Where(s => s.Value.Refusal is null).Select(s => s.Key).ToHashSet(),
            StaleLeases = await StaleLeasesAsync(connection, survey, now, cancellationToken),
            History = connection.Get<TerminationHistory>(),
            Now = now,
        };
    }

    // By the API server's time of the last renewal, because the kubelet's clock may be wrong. Servers before 1.25 do not keep it.
    private static async Task<IReadOnlyDictionary<string, DateTimeOffset>> StaleLeasesAsync(
        ClusterConnection connection,
        DrainSurvey survey,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, DateTimeOffset> stale = new(StringComparer.Ordinal);
        if (survey.Server.Minor < LeaseTimesMinor)
            return stale;
        try
        {
            string[] names = [.. survey.Nodes.Where(static one => one.Node is not null).Select(static one => one.Name)];
            foreach (
                NodeLease lease in await NodeLeases.ReadAsync(
                    connection.Client,
                    names.Length > DrainSurveyor.ManyNodes ? null : names,
                    cancellationToken
                )
            )
            {
                if (
                    lease.Metadata.ManagedFields?.Max(static entry => entry.Time) is { } written
                    && now - written > HealthThresholds.Default.LeaseStaleAfter
                )
                    stale[lease.Metadata.Name] = written;
            }
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            // The condition Ready alone counts, which follows a minute later.
        }

        return stale;
    }

    /// <summary>How long pods of the budget took to become ready, see <see cref="DurationSource.StartsOf"/>.</summary>
    internal IReadOnlyList<TimeSpan> StartsOf(string budget)
    {
        if (!_starts.TryGetValue(budget, out IReadOnlyList<TimeSpan>? starts))
            _starts.Add(budget, starts = DurationSource.StartsOf(Covered.GetValueOrDefault(budget, [])));
        return starts;
    }

    private static async Task<ClusterReading?> ClusterOf(Task<(ClusterReading? Cluster, string Refusal)> reading) =>
        (await reading).Cluster;

    private static async Task<(ClusterReading? Cluster, string Refusal)> ReadClusterAsync(
        ClusterConnection connection,
        bool usesCaches,
        int scoredNodes,
        CancellationToken cancellationToken
    )
    {
        SnapshotReader reader = new(connection.Client, static _ => { }, usesCaches ? connection.Caches() : null);
        try
        {
            return (await reader.ReadAsync(null, cancellationToken, scoredNodes: scoredNodes), "");
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return (null, refused.Message);
        }
    }

    private static Dictionary<string, IReadOnlyList<Pod>> WorkloadsOf(IReadOnlyList<PlannedNode> plans, IReadOnlyList<Pod> pods)
    {
        List<Pod> limited = [.. plans.SelectMany(static p => p.Pods).Where(WorkloadShare.IsLimited).Select(static p => p.Pod)];
        HashSet<string> keys = [.. limited.Select(static p => WorkloadRules.KeyOf(p)!)];
        // A key is a new text, and a cluster has hundreds of thousands of pods.
        HashSet<string?> namespaces = [.. limited.Select(static p => p.Metadata.Namespace)];
        return pods.Where(p => namespaces.Contains(p.Metadata.Namespace) && !p.IsFinished() && !p.IsTerminating())
            .Select(static p => (Key: WorkloadRules.KeyOf(p) ?? "", Pod: p))
            .Where(p => keys.Contains(p.Key))
            .GroupBy(static p => p.Key)
            .ToDictionary(static group => group.Key, static group => (IReadOnlyList<Pod>)[.. group.Select(static p => p.Pod)]);
    }

    // By UID, the pods that a PDB permanently blocks.
    private static async Task<IReadOnlyDictionary<string, SurgeCandidate>> SurgesAsync(
        ClusterConnection connection,
        DrainSurvey survey,
        IReadOnlyList<PlannedNode> plans,
        DrainOptions options,
        CancellationToken cancellationToken
    )
    {
        if (!options.Surge || options.DisableEviction || survey.Budgets is null)
            return new Dictionary<string, SurgeCandidate>();
        SurgeInspector inspector = new(connection.Client, survey.Server.Minor);
        List<Pod> stuck =
        [
            .. plans
                .SelectMany(p => p.Pods)
                .Where(p => p.Plan.Decision == DrainDecision.Evict)
                .Select(p => p.Pod)
                .Where(p => inspector.IsStuck(p, [.. survey.BudgetsOf(p)])),
        ];
        (string Uid, SurgeCandidate Candidate)[] judged = await Task.WhenAll(
            stuck.Select(async p => (p.Uid(), await inspector.JudgeAsync(p, cancellationToken)))
        );
        return judged.ToDictionary(j => j.Uid, j => j.Candidate);
    }

    // A budget's first specification is as old as the budget. The age of a later one is unknown; assume that it just changed.
    private static TimeSpan? StaleFor(PodDisruptionBudget budget, DateTimeOffset now) =>
        !BudgetRules.IsStale(budget) ? null
        : budget.Metadata.Generation <= 1 ? now - budget.Metadata.CreationTimestamp
        : TimeSpan.Zero;
}
