using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Collection;
using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Autoscaling.Host;

/// <summary>Reads and removes claims, with or without a running autoscaler.</summary>
public static class NodeClaims
{
    // An autoscaler writes to a claim a few times a second at most.

    private static readonly string[] Order =
    [
        NodeSmithConditions.Launched,
        NodeSmithConditions.Registered,
        NodeSmithConditions.Initialized,
        NodeSmithConditions.Ready,
        NodeSmithConditions.Failed,
    ];

    /// <summary>The claims of a namespace, by name.</summary>
    /// <param name="names">With wildcards; none: all.</param>
    /// <param name="pools">With wildcards; none: all.</param>
    /// <exception cref="NodeManagerException">
    /// AutoscalerNotInstalled. NodeClaimNotFound: a name without wildcards has no claim. The server's refusal.
    /// </exception>
    public static Task<IReadOnlyList<NodeClaim>> ReadAsync(
        NodeManagerSession session,
        string ns,
        IReadOnlyList<string> names,
        IReadOnlyList<string> pools,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeClaim>>(
            session,
            ns,
            async (connection, token) =>
            {
                List<NodeSmithClaim> all = (
                    await NodeSmithErrors.InstalledAsync(
                        session.Cluster,
                        connection.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = ns }, token)
                    )
                ).Items;
                DateTimeOffset now = connection.Time.GetUtcNow();
                NamePattern[] wanted = [.. names.Select(static one => new NamePattern(one))],
                    of = [.. pools.Select(static one => new NamePattern(one))];
                if (
                    names.FirstOrDefault(name => !NamePattern.IsWildcard(name) && !all.Exists(one => one.Metadata.Name == name)) is
                    { } missing
                )
                    throw NotFound(session, ns, missing);
                return
                [
                    .. all.Where(one =>
                            (wanted.Length == 0 || Array.Exists(wanted, p => p.Matches(one.Metadata.Name)))
                            && (of.Length == 0 || Array.Exists(of, p => p.Matches(one.Spec.PoolRef)))
                        )
                        .OrderBy(static one => one.Spec.PoolRef, StringComparer.Ordinal)
                        .ThenBy(static one => one.Metadata.CreationTimestamp)
                        .ThenBy(static one => one.Metadata.Name, StringComparer.Ordinal)
                        .Select(one => Map(one, session, now)),
                ];
            },
            cancellationToken
        );

    /// <summary>
    /// Deletes a claim. An autoscaler then drains its node and deletes its machine; until one runs, the claim stays as Terminating.
    /// </summary>
    /// <param name="uid">The expected UID; empty: any.</param>
    /// <param name="dryRun">The server validates, and stores nothing.</param>
    /// <exception cref="NodeManagerException">AutoscalerNotInstalled. NodeClaimNotFound. The server's refusal.</exception>
    public static Task RemoveAsync(
        NodeManagerSession session,
        (string Namespace, string Name) claim,
        string uid,
        bool dryRun,
        CancellationToken cancellationToken
    ) => ChangeAsync(session, claim, uid, (client, found, token) => DeleteAsync(client, found, dryRun, token), cancellationToken);

    /// <summary>
    /// Deletes a claim but keeps its machine: records the machine as abandoned, then deletes the claim. The node is unchanged. Idempotent.
    /// </summary>
    /// <inheritdoc cref="RemoveAsync"/>
    public static Task AbandonAsync(
        NodeManagerSession session,
        (string Namespace, string Name) claim,
        string uid,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            session,
            claim,
            uid,
            async (client, found, token) =>
            {
                if (dryRun)
                {
                    await DeleteAsync(client, found, dryRun: true, token);
                    return;
                }

                // The record first: without the claim the collector would delete the machine.
                await AbandonedMachines.RecordAsync(client, found, session.Who(), token);
                JsonObject patch = NodeSmithFinalizer.Without(found);
                patch["metadata"]!["annotations"] = new JsonObject { [NodeSmithNames.AbandonedAnnotation] = session.Who() };
                NodeSmithClaim released = await client.PatchAsync(
                    NodeSmithResources.Claims,
                    found.Metadata.Name,
                    found.Metadata.Namespace,
                    Patch.Merge(patch),
                    token
                );
                // The removed finalizer completes an earlier deletion.
                if (released.Metadata.DeletionTimestamp is null)
                    await DeleteAsync(client, found, dryRun: false, token);
            },
            cancellationToken
        );

    private static Task<bool> DeleteAsync(KubernetesClient client, NodeSmithClaim claim, bool dryRun, CancellationToken cancellationToken)
    {
        DeleteOptions options = new()
        {
            Preconditions = new() { Uid = claim.Metadata.Uid },
            DryRun = dryRun ? ["All"] : null,
        };
        return client.RemoveAsync(NodeSmithResources.Claims, claim.Metadata.Name, claim.Metadata.Namespace, options, cancellationToken);
    }

    private static Task<bool> ChangeAsync(
        NodeManagerSession session,
        (string Namespace, string Name) claim,
        string uid,
        Func<KubernetesClient, NodeSmithClaim, CancellationToken, Task> change,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            claim.Name,
            (connection, stop) =>
                RetryPolicy.Conflicts.RunAsync(
                    async token =>
                    {
                        NodeSmithClaim found;
                        try
                        {
                            found = await NodeSmithErrors.InstalledAsync(
                                session.Cluster,
                                connection.Client.GetAsync(NodeSmithResources.Claims, claim.Name, claim.Namespace, token)
                            );
                        }
                        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
                        {
                            throw NotFound(session, claim.Namespace, claim.Name, e);
                        }

                        if (uid.Length > 0 && found.Metadata.Uid != uid)
                            throw NotFound(session, claim.Namespace, claim.Name);
                        await change(connection.Client, found, token);
                        return true;
                    },
                    connection.Time,
                    stop
                ),
            cancellationToken
        );

    private static NodeManagerException NotFound(NodeManagerSession session, string ns, string name, Exception? cause = null) =>
        new(
            ErrorIds.NodeClaimNotFound,
            ErrorKind.ObjectNotFound,
            $"NodeSmithClaim {ns}/{name} does not exist in cluster '{session.Cluster}'{(cause is KubernetesException { Code: HttpStatusCode.Conflict } ? ", or another claim has its name now" : "")}.",
            name,
            "Get-NodeClaim lists the claims; -Namespace selects another namespace.",
            cause
        );

    internal static NodeClaim Map(NodeSmithClaim claim, NodeManagerSession session, DateTimeOffset now)
    {
        NodeSmithClaimStatus status = claim.Status ?? new();
        (string state, NodeSmithCondition? why) = Judge(claim);
        (long cores, long memory) = status.Capacity is { CpuCores: { } machineCores, MemoryMiB: { } machineMemory }
            ? (machineCores, machineMemory)
            : ClaimAttempts.SizeOf(claim, null);
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Name = claim.Metadata.Name,
            Namespace = claim.Metadata.Namespace ?? "",
            Uid = claim.Metadata.Uid ?? "",
            Pool = claim.Spec.PoolRef,
            Status = state,
            Reason = why?.Reason ?? "",
            Message = why?.Message ?? "",
            Node = status.NodeName ?? "",
            Machine = status.MachineName ?? "",
            Provider = status.ProviderRef ?? "",
            ProviderId = status.ProviderID ?? "",
            Zone = status.Zone ?? claim.Spec.Zone ?? "",
            Shape = claim.Spec.Shape ?? "",
            CpuCores = cores,
            Memory = memory << 20,
            Attempts = status.LaunchAttempts ?? 0,
            TerminationGracePeriod = claim.Spec.TerminationGracePeriod is { } text ? GoDuration.Parse(text) : null,
            Holder = status.Lease is { Holder.Length: > 0 } lease ? $"{lease.Holder} ({lease.Phase})" : "",
            Conditions = new([
                .. (status.Conditions ?? [])
                    .OrderBy(static one => Array.IndexOf(Order, one.Type) is var at and >= 0 ? at : Order.Length)
                    .Select(static one => new NodeCondition
                    {
                        Type = one.Type,
                        Status = one.Status,
                        Reason = one.Reason,
                        Message = one.Message,
                        LastTransitionTime = one.LastTransitionTime,
                    }),
            ]),
            CreatedAt = claim.Metadata.CreationTimestamp,
            DeletedAt = claim.Metadata.DeletionTimestamp,
            ObservedAt = now,
        };
    }

    private static (string Status, NodeSmithCondition? Why) Judge(NodeSmithClaim claim)
    {
        List<NodeSmithCondition>? conditions = claim.Status?.Conditions;
        NodeSmithCondition? ready = conditions.Find(NodeSmithConditions.Ready);
        if (claim.Metadata.DeletionTimestamp is not null)
            return (NodeClaimStatus.Terminating, ready);
        if (conditions.IsTrue(NodeSmithConditions.Failed))
            return (NodeClaimStatus.Failed, conditions.Find(NodeSmithConditions.Failed));
        if (ready?.Status == "True")
            return (NodeClaimStatus.Ready, null);
        if (conditions.IsTrue(NodeSmithConditions.Initialized))
            return (NodeClaimStatus.NotReady, ready);
        return conditions.IsTrue(NodeSmithConditions.Registered)
                ? (NodeClaimStatus.Registered, conditions.Find(NodeSmithConditions.Initialized) ?? ready)
            : conditions.IsTrue(NodeSmithConditions.Launched)
                ? (NodeClaimStatus.Launched, conditions.Find(NodeSmithConditions.Registered) ?? ready)
            : (NodeClaimStatus.Pending, conditions.Find(NodeSmithConditions.Launched) ?? ready);
    }
}
