using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Execution;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates.PoolServices;

/// <summary>Starts or resumes the update of a pool of a service.</summary>
internal sealed class ServiceRollOpener(RollScope context, ServicePools pools) : RollOpener(context)
{
    private readonly RollScope _context = context;
    private readonly ServicePools _pools = pools;

    private PoolUpdateRequest Request => _context.Request;

    /// <summary>The pool; null once it was deleted.</summary>
    private PoolRecord? Pool { get; set; }

    /// <summary>The input of an update: the current pool, the change and the nodes.</summary>
    /// <exception cref="NodeManagerException">
    /// NodePoolNotFound, PoolClusterMismatch, PoolUpdateInvalid, NodePoolInvalid, NodePoolExists, or the service's refusal.
    /// </exception>
    public static async Task<(PoolRecord Pool, JsonObject Patch, IReadOnlyList<RollNode> Nodes, PoolDraft? Second)> ReadAsync(
        RollScope context,
        ServicePools pools,
        PoolRecord pool,
        CancellationToken cancellationToken
    )
    {
        PoolUpdateRequest request = context.Request;
        PoolCluster home = await PoolClusters.ResolveAsync(pools.Context, "", cancellationToken);
        if (!string.Equals(home.Id, pool.ClusterId, StringComparison.OrdinalIgnoreCase))
            throw PoolErrors.OtherCluster(pool.Name, pool.ClusterId, home, context.Scope.Session.Cluster);
        JsonObject patch = PatchTo(pool, request.Change);
        IReadOnlyList<Node> nodes = await pools.NodesOfAsync(pool.Id, pool.Name, cancellationToken);
        string[] reasons =
            patch.Count == 0
                ? ["every node is replaced"]
                :
                [
                    .. PoolMerge
                        .Differences(pool.Spec, PoolMerge.Apply(pool.Spec, patch))
                        .Select(static one => one.Before is null ? $"{one.Field}: {one.After}" : one.ToString()),
                ];
        List<RollNode> leaving = [.. nodes.OrderBy(static one => one.IsReady()).Select((one, index) => Entry(one, index, reasons))];
        if (request.Options.Strategy != PoolUpdateStrategy.BlueGreen)
        {
            await PoolEditor.PlanAsync(
                pools.Context,
                new() { Id = pool.Id, Name = pool.Name },
                new() { Patch = _ => (JsonObject)patch.DeepClone() },
                context.Scope.Observer,
                cancellationToken
            );
            return (pool, patch, leaving, null);
        }

        if (patch.Count == 0 && !request.Options.All)
        {
            throw new NodeManagerException(
                ErrorIds.PoolUpdateInvalid,
                ErrorKind.InvalidArgument,
                $"Node pool '{pool.Name}' already has the specification of the update.",
                pool.Name,
                "Name what to change with -MachineType, -Release, -Label or -Patch, or replace all nodes by others of the same specification with -All."
            );
        }

        PoolDraft second = SecondPoolDraft.Of(
            pool,
            request.SecondPool.Length > 0 ? request.SecondPool : SecondPoolDraft.NameAfter(pool.Name),
            patch,
            leaving.Count
        );
        await PoolCreator.CheckAsync(pools.Context, second, context.Scope.Observer, cancellationToken);
        return (pool, patch, leaving, second);
    }

    private static JsonObject PatchTo(PoolRecord pool, Func<JsonObject, JsonObject>? change) =>
        PoolMerge.Between(pool.Spec, PoolMerge.Apply(pool.Spec, change?.Invoke(pool.Spec) ?? []));

    /// <summary>A node to replace.</summary>
    public static RollNode Entry(Node node, int index, IReadOnlyList<string> reasons, bool isBack = false) =>
        new()
        {
            Index = index,
            Claim = "",
            Uid = node.Metadata.Uid!,
            Node = node.Metadata.Name,
            NodeUid = node.Metadata.Uid!,
            Reasons = reasons,
            IsBack = isBack,
        };

    protected override async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            Pool = await new PoolTarget { Id = Request.PoolId, Name = Request.Pool }.FindAsync(_pools.Context, cancellationToken);
            return Pool.Id;
        }
        catch (NodeManagerException gone) when (gone.ErrorId == ErrorIds.NodePoolNotFound)
        {
            if (
                await StoredRoll.FindAsync(Scope.Connection, Request.Namespace, Request.Pool, isService: true, cancellationToken)
                is not { State.IsOver: false }
            )
                throw;
            return "";
        }
    }

    // The same command has the user data again, which is not stored.
    protected override RollRecord Recall(RollRecord record)
    {
        if (Pool is not { } pool || Request.Change is not { } change)
            return record;
        RollRecord reopened = record with { To = PatchTo(pool, change).ToJsonString() };
        return reopened.Sealed().To == record.To ? reopened : record;
    }

    protected override async Task<(RollRecord Record, RollState State, IReadOnlyList<RollNode> Nodes)?> PlanAsync(
        string by,
        CancellationToken cancellationToken
    )
    {
        if (Pool is not { } found)
            throw PoolErrors.NotFound(Request.Pool, Scope.Session.Cluster);
        (PoolRecord pool, JsonObject patch, IReadOnlyList<RollNode> nodes, PoolDraft? second) = await ReadAsync(
            _context,
            _pools,
            found,
            cancellationToken
        );
        if (
            second is null
            && patch.Count == 0
            && await _pools.FindAsync(pool.Id, cancellationToken) is { Status.Phase: NodePoolPhase.Ready }
        )
        {
            UpToDate = nodes.Count;
            return null;
        }

        RollRecord record = new()
        {
            Id = NewId(),
            Pool = pool.Name,
            PoolUid = pool.Id,
            IsService = true,
            ClusterId = pool.ClusterId,
            SecondPool = second?.Name ?? "",
            Creator = _pools.Context.Provider.User,
            ServiceAt = _pools.Context.Provider.Now,
            By = by,
            At = Scope.Now,
            Desired = nodes.Count,
            Options = Request.Options,
            // A user's change from before this update cannot be rolled back by it.
            From =
                second is null && patch.Count == 0 ? null : PoolMerge.Between(PoolMerge.Apply(pool.Spec, patch), pool.Spec).ToJsonString(),
            To = patch.ToJsonString(),
        };
        return (record, new RollState(), nodes);
    }
}
