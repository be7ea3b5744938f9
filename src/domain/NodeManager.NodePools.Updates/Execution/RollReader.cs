using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Nodes.Reading;
using NodeManager.NodePools.Updates.Decisions;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>Builds the input of the rules from the caches.</summary>
internal sealed class RollReader(RollContext context, RollProgressLog book, RollMachines machines)
{
    /// <summary>The machines that the update keeps.</summary>
    public IReadOnlyList<NodeSmithClaim> Fresh()
    {
        HashSet<string> old = [.. book.Old.Select(static one => one.Uid)];
        return [.. context.Claims.Where(one => !old.Contains(one.Metadata.Uid!))];
    }

    /// <summary>Records changes by others to old machines: registered nodes, and deleted claims.</summary>
    public async Task RecordAsync(Func<string, bool> isDraining, CancellationToken cancellationToken)
    {
        Dictionary<string, NodeSmithClaim> claims = context.Claims.ToDictionary(static one => one.Metadata.Uid!, StringComparer.Ordinal);
        foreach (RollNode node in book.All.Where(static one => one.Status != NodePoolUpdateNodeStatus.Removed))
        {
            if (!claims.TryGetValue(node.Uid, out NodeSmithClaim? claim))
            {
                if (isDraining(node.Uid))
                    continue;
                await book.UpdateAsync(
                    node.Uid,
                    static one => one with { Status = NodePoolUpdateNodeStatus.Removed, DrainedSince = null, Message = "" },
                    cancellationToken
                );
                continue;
            }

            // The node of a machine may register again, under another UID.
            if (!isDraining(node.Uid) && context.NodeOf(claim) is { } registered)
                await book.UpdateAsync(
                    node.Uid,
                    one => one with { Node = registered.Metadata.Name, NodeUid = registered.Metadata.Uid ?? "" },
                    cancellationToken
                );
            if (claim.Metadata.DeletionTimestamp is null || node.Status == NodePoolUpdateNodeStatus.Removing || isDraining(node.Uid))
                continue;
            await book.UpdateAsync(
                node.Uid,
                static one => one with { Status = NodePoolUpdateNodeStatus.Removing, DrainedSince = null },
                cancellationToken
            );
        }
    }

    public RollView Of(NodeSmithPool pool, PoolUpdateLimits limits)
    {
        Dictionary<string, NodeSmithClaim> claims = context.Claims.ToDictionary(static one => one.Metadata.Uid!, StringComparer.Ordinal);
        bool isBack = book.State.IsBack,
            isBlueGreen = book.Record.Options.Strategy == PoolUpdateStrategy.BlueGreen;
        int desired = book.Record.Desired;
        return new()
        {
            Now = context.Scope.Now,
            Desired = desired,
            Limit = SurgeLimit.Of(limits.MaxSurge, limits.MaxUnavailable, desired),
            Room = machines.Room(pool, desired),
            Old =
            [
                .. book.Old.Select(one =>
                {
                    Node? node = claims.TryGetValue(one.Uid, out NodeSmithClaim? claim) ? context.NodeOf(claim) : null;
                    return new OldMachine(
                        one.Uid,
                        one.Status,
                        node is not null,
                        node?.IsReady() == true,
                        one.Attempts,
                        context.IsBusy(node, book.Record.Id)
                    );
                }),
            ],
            New =
            [
                .. Fresh()
                    .Select(one => new NewMachine(
                        one.Metadata.Uid!,
                        ReadySince(one),
                        ClaimAttempts.HasFailed(one),
                        one.Metadata.DeletionTimestamp is not null
                    )),
            ],
            IsPaused = limits.IsPaused,
            // A rollback waits for the former nodes only if some are missing.
            IsBlueGreen = isBlueGreen && !isBack,
            HasBegun = book.State.HasBegun,
            Soak = isBack ? TimeSpan.Zero : book.Record.Options.Soak,
            KeepOld = isBack ? TimeSpan.Zero : book.Record.Options.KeepOld,
            DrainedAt = book.State.DrainedAt,
        };
    }

    private static DateTimeOffset? ReadySince(NodeSmithClaim claim) =>
        claim.Status?.Conditions.Find(NodeSmithConditions.Ready) is { Status: "True" } ready ? ready.LastTransitionTime : null;
}

/// <summary>The current requests of users.</summary>
internal readonly record struct PoolUpdateLimits(string MaxSurge, string MaxUnavailable, TimeSpan DrainTimeout, bool IsPaused)
{
    public static PoolUpdateLimits Of(RollRecord record, RollControl control) =>
        new(
            control.MaxSurge ?? record.Options.MaxSurge,
            control.MaxUnavailable ?? record.Options.MaxUnavailable,
            control.DrainTimeout ?? record.Options.DrainTimeout,
            control.PausedBy.Length > 0
        );
}
