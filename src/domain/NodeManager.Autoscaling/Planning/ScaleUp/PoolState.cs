using System.Globalization;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>A pool with its nodes and claims.</summary>
internal sealed class PoolState
{
    public PoolState(
        NodeSmithPool pool,
        NodeSmithProvider? provider,
        IReadOnlyList<PoolMember> members,
        PoolEvidence evidence,
        PoolBackoffs backoffs,
        string? currencyProblem = null
    )
    {
        Backoffs = backoffs;
        Evidence = evidence;
        Pool = pool;
        Supply = provider?.Spec.Describe() ?? MachineSupply.Unknown;
        Members = members;
        long overhead = Supply.OverheadMiB;
        CpuCores = members.Sum(member => member.Counted(overhead).CpuCores);
        Bytes = members.Sum(member => member.Counted(overhead).Bytes);
        Problem =
            NodeSmithRules.Check(pool) is { Count: > 0 } problems ? string.Join("; ", problems)
            : pool.Spec.Price is null ? null
            : currencyProblem;
        NodeSmithPoolLimits limits = pool.Spec.Limits;
        Allowance = new()
        {
            OverheadMiB = overhead,
            Nodes = limits.MaxNodes > 0 ? Math.Max(0, limits.MaxNodes - members.Count) : null,
            CpuCores = limits.CpuCores > 0 ? Math.Max(0, (long)Math.Floor(limits.CpuCores - CpuCores)) : null,
            MemoryMiB = limits.MemoryMiB > 0 ? Math.Max(0, (long)Math.Floor(limits.MemoryMiB - (Bytes / 1048576m))) : null,
        };
    }

    public NodeSmithPool Pool { get; }

    public string Name => Pool.Metadata.Name;

    /// <summary>The machines of its provider.</summary>
    public MachineSupply Supply { get; }

    public IReadOnlyList<PoolMember> Members { get; }

    /// <summary>The observations of its machines.</summary>
    public PoolEvidence Evidence { get; }

    /// <summary>The sizes that its provider could not create, of all pools.</summary>
    public PoolBackoffs Backoffs { get; }

    /// <summary>The members of a zone, for the balance of zones.</summary>
    public int NodesIn(string? zone) =>
        Members.Count(member =>
            !member.IsLeaving
            && (
                zone is null
                || (
                    member.Claim?.Spec.Zone
                    ?? member.Claim?.Status?.Zone
                    ?? member.Node?.Metadata.Labels?.GetValueOrDefault(ExpectedNodes.ZoneLabel)
                ) == zone
            )
        );

    public decimal CpuCores { get; }

    public decimal Bytes { get; }

    /// <summary>The remaining limits; used by planned machines.</summary>
    public PoolAllowance Allowance { get; }

    public bool IsDeleted => Pool.Metadata.DeletionTimestamp is not null;

    /// <summary>
    /// The violated rules of the pool that the server did not check; null: none. Such a pool is not changed, because the meaning of its
    /// fields is unclear.
    /// </summary>
    public string? Problem { get; }

    /// <summary>True if the pool may get machines.</summary>
    public bool IsOpen => !IsDeleted && Problem is null;

    /// <summary><see cref="Problem"/> as a sentence.</summary>
    public string ProblemText => $"The spec of NodeSmithPool {Name} is not valid: {Problem}.";

    /// <summary>The update of the pool; null: none.</summary>
    public string? UpdatedBy => IsDeleted ? null : Pool.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.UpdateAnnotation);

    /// <summary>The minimum of nodes, and its reason.</summary>
    public (int Nodes, string Reason) Minimum =>
        (Pool.Spec.NodeCount ?? 0) > Pool.Spec.Limits.MinNodes
            ? (Pool.Spec.NodeCount!.Value, AutoscalerReason.NodeCount)
            : (Pool.Spec.Limits.MinNodes, AutoscalerReason.MinNodes);

    /// <summary>The minimum as a sentence.</summary>
    public string MinimumText =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The pool keeps at least {Minimum.Nodes} {(Minimum.Nodes == 1 ? "node" : "nodes")} ({(Minimum.Reason == AutoscalerReason.MinNodes ? "limits.minNodes" : "nodeCount")})."
        );

    public TimeSpan ScaleUpWindow => Duration(Pool.Spec.ScaleUp?.StabilizationWindow);

    public TimeSpan ScaleDownWindow => Duration(Pool.Spec.ScaleDown?.StabilizationWindow);

    /// <summary>The pools with their nodes and claims.</summary>
    public static List<PoolState> Of(ScaleInput input)
    {
        Dictionary<string, Node> byName = new(StringComparer.Ordinal),
            byId = new(StringComparer.Ordinal);
        foreach (Node node in input.Nodes)
        {
            byName[node.Metadata.Name] = node;
            if (node.Spec.ProviderID is { Length: > 0 } id)
                byId[ProviderIds.Normalize(id)] = node;
        }

        HashSet<string> owned = new(StringComparer.Ordinal);
        ILookup<string, NodeSmithClaim> claims = input.Claims.ToLookup(static claim => claim.Spec.PoolRef, StringComparer.Ordinal);
        List<(NodeSmithPool Pool, List<PoolMember> Members)> pools = [];
        foreach (NodeSmithPool pool in input.Pools)
        {
            List<PoolMember> members = [];
            foreach (NodeSmithClaim claim in claims[pool.Metadata.Name].OrderBy(static one => one.Metadata.Name, StringComparer.Ordinal))
            {
                PoolMember member = new(pool, claim, NodeOf(claim, byName, byId));
                if (member.Node is not null)
                    owned.Add(member.Node.Metadata.Name);
                members.Add(member);
            }

            pools.Add((pool, members));
        }

        Dictionary<string, NodeSmithProvider> providers = new(StringComparer.Ordinal);
        foreach (NodeSmithProvider provider in input.Providers)
            providers[provider.Metadata.Name] = provider;
        var backoffs = PoolBackoffs.Of(input, pools.Select(static one => (one.Pool, (IReadOnlyList<PoolMember>)one.Members)));
        string? currencies = CurrencyProblem(input.Pools);
        Lazy<ILookup<string, Pod>> residents = new(() => Residents(input));
        return
        [
            .. pools.Select(one =>
            {
                string key = one.Pool.Spec.PoolLabelKey ?? NodeSmithNames.DefaultPoolLabelKey;
                IEnumerable<PoolMember> others = input
                    .Nodes.Where(node =>
                        !owned.Contains(node.Metadata.Name) && node.Metadata.Labels?.GetValueOrDefault(key) == one.Pool.Metadata.Name
                    )
                    .Select(node => new PoolMember(one.Pool, null, node));
                NodeSmithProvider? provider = providers.GetValueOrDefault(one.Pool.Spec.ProviderRef);
                var evidence = PoolEvidence.Of(one.Pool, provider, one.Members, node => residents.Value[node], input.DaemonSets, input.Now);
                return new PoolState(
                    one.Pool,
                    provider,
                    [.. one.Members.Concat(others).Select(member => member with { Expected = ExpectedNodes.Of(member, evidence) })],
                    evidence,
                    backoffs,
                    currencies
                );
            }),
        ];
    }

    /// <summary>Static and DaemonSet pods by node.</summary>
    private static ILookup<string, Pod> Residents(ScaleInput input) =>
        input
            .Pods.Where(static pod => pod.Spec.NodeName is { Length: > 0 } && (pod.IsMirror() || pod.Controller() is { Kind: "DaemonSet" }))
            .ToLookup(static pod => pod.Spec.NodeName!, StringComparer.Ordinal);

    // Prices of several currencies cannot be compared, and no rate is known here.
    private static string? CurrencyProblem(IReadOnlyList<NodeSmithPool> pools)
    {
        string[] currencies =
        [
            .. pools
                .Where(static pool => pool.Metadata.DeletionTimestamp is null)
                .Select(static pool => pool.Spec.Price?.Currency)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        return currencies.Length < 2
            ? null
            : $"spec.price.currency must be the same in all pools, and they have {string.Join(", ", currencies)}";
    }

    private static Node? NodeOf(NodeSmithClaim claim, Dictionary<string, Node> byName, Dictionary<string, Node> byId)
    {
        if (claim.Status is not { } status)
            return null;
        string? name = status.NodeName is { Length: > 0 } registered ? registered : claim.MachineName ?? claim.Metadata.Name;
        Node? node =
            status.ProviderID is { Length: > 0 } id && byId.TryGetValue(ProviderIds.Normalize(id), out Node? known)
                ? known
                : byName.GetValueOrDefault(name);
        if (node is null)
            return null;
        // The machine was replaced under its name, or the node is older than the machine, to the second.
        if (
            node.Spec.ProviderID is { Length: > 0 }
            && status.ProviderID is { Length: > 0 }
            && !ProviderIds.AreSame(node.Spec.ProviderID, status.ProviderID)
        )
            return null;
        return node.Metadata.CreationTimestamp?.AddSeconds(1) <= status.MachineCreated ? null : node;
    }

    private static TimeSpan Duration(string? text) => text is null ? TimeSpan.Zero : GoDuration.Parse(text) ?? TimeSpan.Zero;
}
