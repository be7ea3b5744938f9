using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Timing;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Validation;

namespace NodeManager.NodePools.Operations;

/// <summary>Creates pools, each at most once.</summary>
public static class PoolCreator
{
    // How long a service may take to list a created pool.
    private static readonly TimeSpan[] ReadBackDelays = [.. new[] { 0.5, 1, 2, 4 }.Select(TimeSpan.FromSeconds)];

    /// <summary>Creates a pool. If the answer is lost, the pool is searched and never sent again.</summary>
    /// <exception cref="NodeManagerException">
    /// NodePoolInvalid, NodePoolFieldUnsupported, NodePoolExists; NodePoolCreateUnknown or NodePoolAmbiguous after a lost answer; or the
    /// provider's refusal.
    /// </exception>
    public static async Task<NodePool> CreateAsync(
        PoolContext context,
        PoolDraft draft,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) => context.Map(await CreateRecordAsync(context, draft, observer, cancellationToken), context.Session.Time().GetUtcNow());

    /// <summary>As above, with the provider's record.</summary>
    /// <exception cref="NodeManagerException">As <see cref="CreateAsync"/>.</exception>
    public static Task<PoolRecord> CreateRecordAsync(
        PoolContext context,
        PoolDraft draft,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            context.Session,
            draft.Name,
            async (connection, token) =>
            {
                await CheckFreeAsync(context, draft, observer, token);
                return await SendAsync(context, connection, draft, observer, token);
            },
            cancellationToken
        );

    /// <summary>All checks of a creation before it is sent.</summary>
    /// <exception cref="NodeManagerException">
    /// NodePoolInvalid, NodePoolFieldUnsupported, NodePoolExists, or the provider's refusal.
    /// </exception>
    public static Task CheckAsync(PoolContext context, PoolDraft draft, IOperationObserver observer, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            context.Session,
            draft.Name,
            async (_, token) =>
            {
                await CheckFreeAsync(context, draft, observer, token);
                return true;
            },
            cancellationToken
        );

    /// <summary>Validates a draft; warnings go to the observer.</summary>
    /// <exception cref="NodeManagerException">NodePoolInvalid, NodePoolFieldUnsupported.</exception>
    public static void Check(PoolContext context, PoolDraft draft, IOperationObserver observer)
    {
        IReadOnlyList<NodePoolFinding> findings = context.Provider.Format.Check(draft.Name, draft.Spec);
        if (findings.Where(static one => one.Severity == NodePoolFinding.Error).ToList() is { Count: > 0 } errors)
            throw PoolErrors.Invalid(draft.Name, errors);
        RequireKnown(context, draft.Name, draft.Spec);
        foreach (NodePoolFinding warning in findings)
            observer.Warning($"Node pool '{draft.Name}': {warning.Field} {warning.Message}.");
    }

    /// <exception cref="NodeManagerException">NodePoolFieldUnsupported: the provider never returned an extension of the draft.</exception>
    internal static void RequireKnown(PoolContext context, string name, System.Text.Json.Nodes.JsonObject spec)
    {
        string[] unknown = [.. PoolFields.Extensions.Where(field => spec.ContainsKey(field) && !context.Provider.HasReturned(field))];
        if (unknown.Length > 0)
            throw PoolErrors.Unsupported(name, unknown);
    }

    private static async Task CheckFreeAsync(
        PoolContext context,
        PoolDraft draft,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        Check(context, draft, observer);
        await foreach (PoolRecord pool in context.Provider.ListAsync(new() { ClusterId = draft.ClusterId }, cancellationToken))
            if (pool.Name == draft.Name && pool.ClusterId == draft.ClusterId)
                throw PoolErrors.Exists(draft, context.Session.Cluster);
    }

    private static async Task<PoolRecord> SendAsync(
        PoolContext context,
        ClusterConnection connection,
        PoolDraft draft,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset sentAt = context.Provider.Now;
        try
        {
            return await context.Provider.CreateAsync(draft, observer, cancellationToken);
        }
        catch (PoolAnswerLostException lost)
        {
            return await RecognizeAsync(context, connection, draft, sentAt, lost.Error, cancellationToken);
        }
    }

    private static async Task<PoolRecord> RecognizeAsync(
        PoolContext context,
        ClusterConnection connection,
        PoolDraft draft,
        DateTimeOffset sentAt,
        NodeManagerException lost,
        CancellationToken cancellationToken
    )
    {
        foreach (TimeSpan delay in ReadBackDelays)
        {
            await connection.Time.DelayAsync(delay, cancellationToken);
            List<PoolRecord> pools = [];
            try
            {
                await foreach (PoolRecord pool in context.Provider.ListAsync(new() { ClusterId = draft.ClusterId }, cancellationToken))
                    pools.Add(pool);
            }
            catch (NodeManagerException)
            {
                // The service still fails.
                continue;
            }

            IReadOnlyList<PoolRecord> created = CreatedPoolRules.Find(pools, draft, context.Provider.User, sentAt);
            if (created is [var one])
                return one;
            if (created.Count > 1)
                throw PoolErrors.CreatedSeveral(draft, created);
        }

        throw PoolErrors.CreateUnknown(draft, lost);
    }
}
