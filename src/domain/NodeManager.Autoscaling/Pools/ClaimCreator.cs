using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;

namespace NodeManager.Autoscaling.Pools;

/// <summary>
/// Creates and deletes claims for a plan, after reading the server's current state: limits and minNodes hold even with a stale cache.
/// </summary>
internal sealed class ClaimCreator(AutoscalerScope scope, Func<NodeSmithClaim, Node?> nodeOf)
{
    /// <summary>Creates a claim for each machine within the limits.</summary>
    /// <param name="plans">The planned machines, by id.</param>
    /// <param name="planned">UIDs of the claims that the plan knew.</param>
    /// <returns>False if there are claims that the plan did not know: nothing was created, and a new plan is needed.</returns>
    /// <exception cref="KubernetesException">Conflict: the pool has changed since it was read.</exception>
    public async Task<bool> CreateAsync(
        NodeSmithPool pool,
        IReadOnlyList<NodeScalePlanMachine> machines,
        IReadOnlyDictionary<string, PlannedMachine> plans,
        IReadOnlySet<string> planned,
        CancellationToken cancellationToken
    )
    {
        // The pool first: a process that reserves numbers on this resourceVersion has seen every claim of earlier reservations.
        if (
            await scope.PoolWriter.ReadAsync(pool, cancellationToken) is not { } now
            || now.Metadata.Uid != pool.Metadata.Uid
            || now.Metadata.DeletionTimestamp is not null
        )
            return true;
        List<NodeSmithClaim> claims = [.. (await ListAsync(cancellationToken)).Where(one => one.Spec.PoolRef == pool.Metadata.Name)];
        if (claims.Exists(one => !planned.Contains(one.Metadata.Uid!)))
            return false;
        PoolUse use = PoolUse.Of(now, scope.Providers.Find(now.Metadata.Namespace, now.Spec.ProviderRef), claims, nodeOf);
        var fitting = new List<NodeScalePlanMachine>();
        foreach (NodeScalePlanMachine machine in machines)
        {
            PoolUse more = use.WithMachine(machine.CpuCores, machine.Memory);
            if (more.Exceeds(now.Spec.Limits) is var (reason, message))
            {
                scope.Decisions.Record(pool.Metadata.Name, $"machine/{machine.Id}", AutoscalerDecision.Wait, $"{reason}: {message}");
                continue;
            }

            use = more;
            fitting.Add(machine);
        }

        if (fitting.Count == 0)
            return true;
        long first = Math.Max(1, now.Status?.NextClaimSequence ?? 1);
        now = await scope.PoolWriter.WriteStatusAsync(
            now,
            status =>
            {
                status.NextClaimSequence = first + fitting.Count;
                status.LastScaleActivity = scope.Now;
            },
            cancellationToken
        );
        await Parallel.ForEachAsync(
            fitting.Select((machine, index) => (Machine: machine, Sequence: first + index)),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (one, token) => await CreateAsync(now, one.Machine, plans.GetValueOrDefault(one.Machine.Id), one.Sequence, token)
        );
        return true;
    }

    /// <summary>Deletes a claim, unless the pool would fall below its minimum of nodes.</summary>
    /// <returns>False if it would, or if the claim is gone or was replaced.</returns>
    public async Task<bool> RemoveAsync(
        NodeSmithPool pool,
        NodeSmithClaim claim,
        string reason,
        bool keepMinimum,
        CancellationToken cancellationToken
    )
    {
        if (keepMinimum)
        {
            List<NodeSmithClaim> claims = [.. (await ListAsync(cancellationToken)).Where(one => one.Spec.PoolRef == pool.Metadata.Name)];
            int minimumNodes = Math.Max(pool.Spec.Limits.MinNodes, pool.Spec.NodeCount ?? 0);
            if (claims.Count(static one => one.Metadata.DeletionTimestamp is null && !ClaimAttempts.HasFailed(one)) <= minimumNodes)
            {
                scope.Decisions.Record(
                    pool.Metadata.Name,
                    $"claim/{claim.Metadata.Name}",
                    AutoscalerDecision.Keep,
                    $"{AutoscalerReason.MinNodes}: The pool has no more than its minimum of {minimumNodes}."
                );
                return false;
            }
        }

        try
        {
            await AnnotateAsync(claim, reason, cancellationToken);
            await scope.Client.DeleteAsync(
                NodeSmithResources.Claims,
                claim.Metadata.Name,
                claim.Metadata.Namespace,
                new() { Preconditions = new() { Uid = claim.Metadata.Uid } },
                cancellationToken
            );
            await scope.ClaimWriter.ReadAsync(claim, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // The claim is gone or was replaced under its name.
            return false;
        }

        scope.Decisions.Record(pool.Metadata.Name, $"claim/{claim.Metadata.Name}", AutoscalerDecision.Remove, reason);
        return true;
    }

    private async Task AnnotateAsync(NodeSmithClaim claim, string reason, CancellationToken cancellationToken)
    {
        var patch = Patch.Merge(
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = claim.Metadata.Uid,
                    ["annotations"] = new JsonObject { [NodeSmithNames.RemovalAnnotation] = reason },
                },
            }
        );
        NodeSmithClaim annotated = await scope.Client.PatchAsync(
            NodeSmithResources.Claims,
            claim.Metadata.Name,
            claim.Metadata.Namespace,
            patch,
            cancellationToken
        );
        scope.Claims.AddOrUpdate(annotated);
    }

    /// <summary>All claims from the server.</summary>
    public async Task<IReadOnlyList<NodeSmithClaim>> ListAsync(CancellationToken cancellationToken)
    {
        List<NodeSmithClaim> claims = (
            await scope.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = scope.Namespace }, cancellationToken)
        ).Items;
        scope.Claims.AddOrUpdate(claims);
        return claims;
    }

    private async Task CreateAsync(
        NodeSmithPool pool,
        NodeScalePlanMachine machine,
        PlannedMachine? plan,
        long sequence,
        CancellationToken cancellationToken
    )
    {
        (long cores, long memory) = (machine.CpuCores, machine.Memory >> 20);
        NodeSmithClaim claim = ClaimDraft.Of(pool, sequence, cores, memory, machine.Shape, machine.Zone, plan);
        try
        {
            scope.Claims.AddOrUpdate(await scope.Client.CreateAsync(NodeSmithResources.Claims, claim, scope.Namespace, cancellationToken));
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // Ours, if a response was lost. Otherwise foreign; the missing claim is planned again, with another number.
        }

        scope.Decisions.Record(
            pool.Metadata.Name,
            $"claim/{claim.Metadata.Name}",
            AutoscalerDecision.Create,
            $"{machine.Reason}: {machine.Message}"
        );
    }
}
