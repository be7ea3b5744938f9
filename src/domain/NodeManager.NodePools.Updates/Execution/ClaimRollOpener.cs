using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Patching;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>Starts or resumes the update of a NodeSmithPool.</summary>
internal sealed class ClaimRollOpener(RollContext context) : RollOpener(context)
{
    private readonly RollContext _context = context;

    private NodeSmithPool Pool =>
        _context.Pool is { Metadata.DeletionTimestamp: null } found
            ? found
            : throw RollErrors.PoolNotFound(_context.Request.Pool, _context.Request.Namespace, Scope.Session.Cluster);

    /// <summary>The outdated machines, or all; nodes that are not Ready first.</summary>
    public static async Task<List<RollNode>> FindOutdatedAsync(
        RollContext context,
        NodeSmithPool pool,
        IReadOnlyList<NodeSmithClaim> claims,
        bool all,
        CancellationToken cancellationToken
    )
    {
        string image = await context.ReadImageAsync(pool, cancellationToken);
        var outdated = claims
            .Select(claim =>
                (
                    Claim: claim,
                    Node: context.NodeOf(claim),
                    Reasons: (IReadOnlyList<string>)TemplateDrift.Of(pool, claim, context.NodeOf(claim), image: image)
                )
            )
            .Where(one => all || one.Reasons.Count > 0)
            .OrderBy(static one => one.Node?.IsReady() == true);
        return
        [
            .. outdated.Select(
                (one, index) =>
                    new RollNode
                    {
                        Index = index,
                        Claim = one.Claim.Metadata.Name,
                        Uid = one.Claim.Metadata.Uid!,
                        Node = one.Node?.Metadata.Name ?? "",
                        NodeUid = one.Node?.Metadata.Uid ?? "",
                        Size = RollSize.Of(one.Claim, pool),
                        Reasons = one.Reasons.Count > 0 ? one.Reasons : ["every node is replaced"],
                    }
            ),
        ];
    }

    // With a surge the pool's limits have to leave room for it.
    protected override void Check(RollProgressLog book, int outdated)
    {
        PoolUpdateOptions options = book.Record.Options;
        SurgeLimit limit = SurgeLimit.Of(options.MaxSurge, options.MaxUnavailable, book.Record.Desired);
        int needed =
            options.Strategy == PoolUpdateStrategy.BlueGreen ? outdated
            : limit.Unavailable == 0 ? 1
            : 0;
        if (needed == 0 || new RollMachines(_context, book).Room(Pool, needed) >= needed)
            return;
        throw new NodeManagerException(
            ErrorIds.PoolUpdateInvalid,
            ErrorKind.LimitsExceeded,
            $"The limits of NodeSmithPool {_context.Request.Namespace}/{_context.Request.Pool} leave no room for {(needed == 1 ? "another machine" : $"{needed} more machines")}.",
            _context.Request.Pool,
            options.Strategy == PoolUpdateStrategy.BlueGreen
                ? "Raise spec.limits for the update, or use -Strategy Surge."
                : "Raise spec.limits for the update, or use -MaxSurge 0 -MaxUnavailable 1: then pods may move more than once."
        );
    }

    // The template of most of the replaced machines. If one is unknown, there is no rollback.
    private static string? Former(IReadOnlyList<NodeSmithClaim> claims, List<RollNode> nodes)
    {
        HashSet<string> uids = [.. nodes.Select(static one => one.Uid)];
        List<string?> templates =
        [
            .. claims.Where(one => uids.Contains(one.Metadata.Uid!)).Select(static one => ClaimTemplate.Of(one)?.ToJson()),
        ];
        return templates.GroupBy(static one => one).OrderByDescending(static one => one.Count()).First().Key;
    }

    protected override Task<string> FindAsync(CancellationToken cancellationToken) => Task.FromResult(Pool.Metadata.Uid!);

    protected override async Task<(RollRecord Record, RollState State, IReadOnlyList<RollNode> Nodes)?> PlanAsync(
        string by,
        CancellationToken cancellationToken
    )
    {
        List<NodeSmithClaim> claims =
        [
            .. _context.Claims.Where(static one => one.Metadata.DeletionTimestamp is null && !ClaimAttempts.HasFailed(one)),
        ];
        List<RollNode> nodes = await FindOutdatedAsync(_context, Pool, claims, _context.Request.Options.All, cancellationToken);
        if (nodes.Count == 0)
        {
            UpToDate = claims.Count;
            return null;
        }

        RollRecord record = new()
        {
            Id = NewId(),
            Pool = _context.Request.Pool,
            PoolUid = Pool.Metadata.Uid!,
            By = by,
            At = Scope.Now,
            Desired = claims.Count,
            Options = _context.Request.Options,
            From = Former(claims, nodes),
            To = ClaimTemplate.Of(Pool).ToJson(),
        };
        return (record, new(), nodes);
    }

    // From here on the autoscaler ignores the pool's nodes.
    protected override async Task MarkAsync(CancellationToken cancellationToken) =>
        _context.Admit(
            await Scope.Client.PatchAsync(
                NodeSmithResources.Pools,
                Pool.Metadata.Name,
                Pool.Metadata.Namespace,
                Patch.Merge(
                    new()
                    {
                        ["metadata"] = new JsonObject
                        {
                            ["uid"] = Pool.Metadata.Uid,
                            ["annotations"] = new JsonObject
                            {
                                [NodeSmithNames.UpdateAnnotation] =
                                    $"{_context.Request.Namespace}/{RollLayout.NameOf(_context.Request.Pool, isService: false)}",
                            },
                        },
                    }
                ),
                cancellationToken
            )
        );
}
