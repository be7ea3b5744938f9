using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;

namespace NodeManager.Autoscaling.Pools;

/// <summary>
/// Creates and deletes claims for a plan, after reading the server's current state: limits and minNodes hold even with a stale cache.
/// </summary>
internal sealed class ClaimCreator(AutoscalerScope scope, Func<NodeSmithClaim, Node?> nodeOf)
{
    private readonly CallBackoff _refusals = new(scope.Time);

    /// <summary>Creates a claim for each machine within the limits.</summary>
    /// <param name="plans">The planned machines, by id.</param>
    /// <param name="planned">UIDs of the claims that the plan knew.</param>
    /// <returns>
    /// When a new plan is needed: null, this one is complete; zero, there are claims that it did not know and nothing was created; otherwise
    /// the pause after the server has refused claims of the pool.
    /// </returns>
    /// <exception cref="KubernetesException">Conflict: the pool has changed since it was read. Or the server fails.</exception>
    public async Task<TimeSpan?> CreateAsync(
        NodeSmithPool pool,
        IReadOnlyList<NodeScalePlanMachine> machines,
        IReadOnlyDictionary<string, PlannedMachine> plans,
        IReadOnlySet<string> planned,
        CancellationToken cancellationToken
    )
    {
        if (_refusals.Remaining(pool.Metadata.Uid!) is { } pause)
            return pause;
        // The pool first: a process that reserves numbers on this resourceVersion has seen every claim of earlier reservations.
        if (
            await scope.PoolWriter.ReadAsync(pool, cancellationToken) is not { } now
            || now.Metadata.Uid != pool.Metadata.Uid
            || now.Metadata.DeletionTimestamp is not null
        )
            return null;
        List<NodeSmithClaim> claims = [.. (await ListAsync(cancellationToken)).Where(one => one.Spec.PoolRef == pool.Metadata.Name)];
        if (claims.Exists(one => !planned.Contains(one.Metadata.Uid!)))
            return TimeSpan.Zero;
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

        return fitting.Count == 0 ? null : await CreateAsync(now, fitting, plans, cancellationToken);
    }

    private async Task<TimeSpan?> CreateAsync(
        NodeSmithPool pool,
        List<NodeScalePlanMachine> machines,
        IReadOnlyDictionary<string, PlannedMachine> plans,
        CancellationToken cancellationToken
    )
    {
        long first = Math.Max(1, pool.Status?.NextClaimSequence ?? 1);
        pool = await scope.PoolWriter.WriteStatusAsync(
            pool,
            status => status.NextClaimSequence = first + machines.Count,
            cancellationToken
        );
        ConcurrentBag<KubernetesException?> outcomes = [];
        await Parallel.ForEachAsync(
            machines.Select((machine, index) => (Machine: machine, Sequence: first + index)),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (one, token) =>
                outcomes.Add(await TryCreateAsync(pool, one.Machine, plans.GetValueOrDefault(one.Machine.Id), one.Sequence, token))
        );
        // Only if something was created: each write of it causes a new plan and starts the pool's window for removals.
        if (outcomes.Contains(null))
            await scope.PoolWriter.KeepStatusAsync(
                pool,
                static _ => true,
                status => status.LastScaleActivity = scope.Now,
                cancellationToken
            );
        if (outcomes.FirstOrDefault(static one => one is not null) is not { } refusal)
        {
            _refusals.Succeeded(pool.Metadata.Uid!);
            return null;
        }

        await scope.RecordEventAsync(pool, "Warning", AutoscalerReason.ClaimRefused, TextOf(refusal), cancellationToken);
        return _refusals.Failed(pool.Metadata.Uid!);
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

    /// <summary>The server's refusal; null: none.</summary>
    private async Task<KubernetesException?> TryCreateAsync(
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
        catch (KubernetesException e) when (IsRefusal(e.Code))
        {
            scope.Decisions.Record(
                pool.Metadata.Name,
                $"machine/{machine.Id}",
                AutoscalerDecision.Wait,
                $"{AutoscalerReason.ClaimRefused}: {TextOf(e)}"
            );
            return e;
        }

        scope.Decisions.Record(
            pool.Metadata.Name,
            $"claim/{claim.Metadata.Name}",
            AutoscalerDecision.Create,
            $"{machine.Reason}: {machine.Message}"
        );
        return null;
    }

    // By a quota, an admission policy or a validation: it concerns this pool, and a repetition does not help.
    private static bool IsRefusal(HttpStatusCode code) =>
        code is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableContent;

    private static string TextOf(KubernetesException refusal) => $"The API server refuses a new claim of the pool: {refusal.Message}";
}
