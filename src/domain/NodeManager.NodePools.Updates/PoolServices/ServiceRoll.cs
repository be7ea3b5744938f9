using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;
using NodeManager.NodePools.Updates.Execution;
using NodeManager.NodePools.Updates.Records;

namespace NodeManager.NodePools.Updates.PoolServices;

/// <summary>What both ways to roll a pool of a service share.</summary>
internal abstract class ServiceRoll(RollScope context, RollStart start, ServicePools pools) : RollLoop(context, start)
{
    protected RollScope Context { get; } = context;

    protected ServicePools Pools { get; } = pools;

    // Nothing is written to a service's pool: its specification is not ours to mark.
    protected override Task UnmarkAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override bool IsTransient(Exception exception) =>
        base.IsTransient(exception)
        || exception is PoolAnswerLostException
        || exception
            is NodeManagerException
            {
                Kind: ErrorKind.ConnectionError or ErrorKind.OperationTimeout or ErrorKind.ResourceUnavailable or ErrorKind.LimitsExceeded
            };

    /// <summary>Notes which of the nodes that leave are gone.</summary>
    protected async Task NoteGoneAsync(CancellationToken cancellationToken)
    {
        foreach (RollNode node in Book.All.Where(one => one.Status is not NodePoolUpdateNodeStatus.Removed && !Drains.Has(one.Uid)))
        {
            if (NodeOf(node) is null)
                await Book.UpdateAsync(
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

    /// <summary>Why a patch with user data cannot be sent by a process that did not begin the update.</summary>
    protected const string NotKept = "User data is not stored with an update, as it may hold credentials.";

    protected static JsonObject PatchOf(string? text) => text is null ? [] : JsonNode.Parse(text) as JsonObject ?? [];

    /// <summary>How long to wait: what the service says changes without a sign.</summary>
    protected TimeSpan Wait(DateTimeOffset? until, bool isWatching)
    {
        TimeSpan wait = ServicePools.Often;
        foreach (DateTimeOffset at in ((DateTimeOffset?[])[until, isWatching ? Gate.NextAt : null]).OfType<DateTimeOffset>())
            if (at - Scope.Now < wait)
                wait = at - Scope.Now;
        return wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>What is wrong with new nodes, and with what the service says of their pool.</summary>
    protected async Task<GateVerdict> CheckAsync(
        ServiceSight? sight,
        IEnumerable<Node> fresh,
        bool mustBeNew,
        CancellationToken cancellationToken
    )
    {
        if (sight is { Status.Phase: NodePoolPhase.Failed } failed)
            return new([$"The service reports node pool '{failed.Pool.Name}' as Failed: {failed.Status.Message}"], false);
        // A node that has never been Ready is waited for.
        return await Gate.CheckAsync(
            [.. fresh.Where(one => one.IsReady()).Select(static one => one.Metadata.Name)],
            mustBeNew,
            cancellationToken
        );
    }
}
