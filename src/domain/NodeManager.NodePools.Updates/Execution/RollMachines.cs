using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.NodePools.Updates.Decisions;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>Creates and deletes the claims of an update. Decisions about machines use the server's data, not the cache.</summary>
internal sealed class RollMachines(RollContext context, RollProgressLog book)
{
    /// <summary>How many of the next machines the pool's limits allow.</summary>
    public int Room(NodeSmithPool pool, int wanted)
    {
        var use = PoolUse.Of(pool, null, context.Claims, context.NodeOf);
        int room = 0;
        foreach (RollSize size in Next(pool, context.Claims).Take(wanted))
        {
            use = use.WithMachine(size.CpuCores, size.MemoryMiB << 20);
            if (use.Exceeds(pool.Spec.Limits) is not null)
                break;
            room++;
        }

        return room;
    }

    /// <summary>Creates this number of claims, or as many as are still missing.</summary>
    public async Task CreateAsync(int count, CancellationToken cancellationToken)
    {
        // The pool first: numbers are reserved on a version of it that is older than the list of claims.
        if (
            context.Pool is not { } known
            || await context.PoolWriter.ReadAsync(known, cancellationToken) is not { } pool
            || pool.Metadata.Uid != book.Record.PoolUid
        )
            return;
        List<NodeSmithClaim> claims = await ListAsync(cancellationToken);
        HashSet<string> old = [.. book.Old.Select(static one => one.Uid)];
        int alive = claims.Count(one =>
            !old.Contains(one.Metadata.Uid!) && one.Metadata.DeletionTimestamp is null && !ClaimAttempts.HasFailed(one)
        );
        List<RollSize> sizes = [.. Next(pool, claims).Take(Math.Min(count, book.Record.Desired - alive))];
        if (sizes.Count == 0)
            return;
        long first = Math.Max(1, pool.Status?.NextClaimSequence ?? 1);
        try
        {
            pool = await context.PoolWriter.WriteStatusAsync(
                pool,
                status =>
                {
                    status.NextClaimSequence = first + sizes.Count;
                    status.LastScaleActivity = new(
                        context.Scope.Now.UtcDateTime.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond,
                        TimeSpan.Zero
                    );
                },
                cancellationToken
            );
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // A concurrent update of the pool: count the missing claims again.
            await context.PoolWriter.ReadAsync(pool, cancellationToken);
            return;
        }

        await Parallel.ForEachAsync(
            sizes.Select((size, index) => (size, first + index)),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (one, token) => await CreateAsync(pool, one.size, one.Item2, token)
        );
    }

    /// <summary>Deletes the claim of a machine with an empty node. The autoscaler does the rest.</summary>
    public async Task RemoveAsync(RollNode node, CancellationToken cancellationToken)
    {
        try
        {
            NodeSmithClaim noted = await context.Scope.Client.PatchAsync(
                NodeSmithResources.Claims,
                node.Claim,
                context.Request.Namespace,
                Patch.Merge(
                    new()
                    {
                        ["metadata"] = new JsonObject
                        {
                            ["uid"] = node.Uid,
                            ["annotations"] = new JsonObject
                            {
                                [NodeSmithNames.RemovalAnnotation] =
                                    $"{AutoscalerReason.PoolUpdate}: {(node.IsBack ? "the update was rolled back" : string.Join("; ", node.Reasons))}",
                            },
                        },
                    }
                ),
                cancellationToken
            );
            context.Admit(noted);
            await context.Scope.Client.DeleteAsync(
                NodeSmithResources.Claims,
                node.Claim,
                context.Request.Namespace,
                new() { Preconditions = new() { Uid = node.Uid } },
                cancellationToken
            );
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // The claim is gone or was replaced under its name.
        }

        await book.UpdateAsync(
            node.Uid,
            static one => one with { Status = NodePoolUpdateNodeStatus.Removing, Message = "" },
            cancellationToken
        );
    }

    /// <summary>The pool's claims from the server.</summary>
    public async Task<List<NodeSmithClaim>> ListAsync(CancellationToken cancellationToken)
    {
        List<NodeSmithClaim> claims = (
            await context.Scope.Client.ListAsync(
                NodeSmithResources.Claims,
                new() { Namespace = context.Request.Namespace },
                cancellationToken
            )
        ).Items;
        context.Admit(claims);
        return claims.FindAll(one => one.Spec.PoolRef == context.Request.Pool);
    }

    // One for each replaced machine without a successor, in their order.
    private IEnumerable<RollSize> Next(NodeSmithPool pool, IReadOnlyList<NodeSmithClaim> claims)
    {
        // A rollback replaces the machines that are gone.
        List<RollNode> replaced =
        [
            .. book.All.Where(one =>
                !one.IsBack && (!book.State.IsBack || one.Status is NodePoolUpdateNodeStatus.Removing or NodePoolUpdateNodeStatus.Removed)
            ),
        ];
        int created = claims.Count(one =>
            one.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.UpdateAnnotation) == Mark && !ClaimAttempts.HasFailed(one)
        );
        for (int i = 0; ; i++)
            yield return replaced.Count == 0
                ? RollSize.Smallest.ReplacementIn(pool)
                : replaced[(created + i) % replaced.Count].Size.ReplacementIn(pool);
    }

    private string Mark => book.Record.Id + (book.State.IsBack ? "/back" : "");

    private async Task CreateAsync(NodeSmithPool pool, RollSize size, long sequence, CancellationToken cancellationToken)
    {
        NodeSmithClaim claim = ClaimDraft.Of(pool, sequence, size.CpuCores, size.MemoryMiB, size.Shape, size.Zone);
        claim.Metadata.Annotations![NodeSmithNames.UpdateAnnotation] = Mark;
        try
        {
            context.Admit(
                await context.Scope.Client.CreateAsync(NodeSmithResources.Claims, claim, context.Request.Namespace, cancellationToken)
            );
            context.Scope.Observer.Verbose($"Creating NodeSmithClaim {context.Request.Namespace}/{claim.Metadata.Name} ({size}).");
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // Ours, if a response was lost. Otherwise foreign; the missing claim is created with another number.
        }
    }
}
