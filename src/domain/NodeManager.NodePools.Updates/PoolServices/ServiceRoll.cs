using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.NodePools.Updates.Execution;

namespace NodeManager.NodePools.Updates.PoolServices;

/// <summary>Common parts of both kinds of updates of a service's pool.</summary>
internal abstract class ServiceRoll(RollScope context, RollStart start, ServicePools pools) : RollLoop(context, start)
{
    protected RollScope Context { get; } = context;

    protected ServicePools Pools { get; } = pools;

    // A service's pool has no place for a mark.
    protected override Task UnmarkAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override bool IsTransient(Exception exception) =>
        base.IsTransient(exception)
        || exception is PoolAnswerLostException
        || exception
            is NodeManagerException
            {
                Kind: ErrorKind.ConnectionError or ErrorKind.OperationTimeout or ErrorKind.ResourceUnavailable or ErrorKind.LimitsExceeded
            };

    /// <summary>Records which of the nodes to drain are gone.</summary>
    protected async Task RecordGoneAsync(CancellationToken cancellationToken)
    {
        foreach (RollNode node in ProgressLog.All.Where(one => one.Status is not NodePoolUpdateNodeStatus.Removed && !Drains.Has(one.Uid)))
        {
            if (NodeOf(node) is null)
                await ProgressLog.UpdateAsync(
                    node.Uid,
                    static one => one with { Status = NodePoolUpdateNodeStatus.Removed, DrainedSince = null, Message = "" },
                    cancellationToken
                );
        }
    }

    protected Node? NodeOf(RollNode node) => Context.FindNode(node.Node) is { } found && found.Metadata.Uid == node.NodeUid ? found : null;

    protected static DateTimeOffset? ReadySince(Node node) =>
        node.IsReady()
            ? node.Status.Conditions?.Find(static one => one.Type == "Ready")?.LastTransitionTime ?? node.Metadata.CreationTimestamp
            : null;

    /// <summary>Why a process that did not start the update cannot send a patch with user data.</summary>
    protected const string NotKept = "User data is not stored with an update, as it may hold credentials.";

    protected static JsonObject PatchOf(string? text) => text is null ? [] : JsonNode.Parse(text) as JsonObject ?? [];

    /// <summary>The wait before the next poll: a service sends no events.</summary>
    protected TimeSpan Wait(DateTimeOffset? until, bool isWatching)
    {
        TimeSpan wait = ServicePools.Often;
        foreach (DateTimeOffset at in ((DateTimeOffset?[])[until, isWatching ? Gate.NextAt : null]).OfType<DateTimeOffset>())
            if (at - Scope.Now < wait)
                wait = at - Scope.Now;
        return wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>The problems of new nodes, and of their pool as the service reports them.</summary>
    protected async Task<GateVerdict> CheckAsync(
        ObservedPool? sight,
        IEnumerable<Node> fresh,
        bool mustBeNew,
        CancellationToken cancellationToken
    )
    {
        if (sight is { Status.Phase: NodePoolPhase.Failed } failed)
            return new([$"The service reports node pool '{failed.Pool.Name}' as Failed: {failed.Status.Message}"], false);
        // A node that has never been Ready is awaited.
        return await Gate.CheckAsync(
            [.. fresh.Where(one => one.IsReady()).Select(static one => one.Metadata.Name)],
            mustBeNew,
            cancellationToken
        );
    }
}
