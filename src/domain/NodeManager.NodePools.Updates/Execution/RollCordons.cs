using System.Collections.Concurrent;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Sessions;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>Claims and cordons the nodes that an update replaces, as a maintenance run does, and releases them.</summary>
internal sealed class RollCordons(RollScope context, ClaimWriter claims, RollProgressLog book)
{
    // By the UIDs of nodes: a node that registers again is cordoned again.
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _dead = new(StringComparer.Ordinal);

    /// <summary>Cordons these nodes concurrently. Skips nodes of a maintenance run, and those locked by another operation.</summary>
    public Task CordonAsync(IEnumerable<RollNode> nodes, CancellationToken cancellationToken) =>
        RunScope.EachAsync(
            nodes.Where(one =>
                one.Node.Length > 0 && !_held.ContainsKey(one.NodeUid) && !context.IsBusy(context.FindNode(one.Node), book.Record.Id)
            ),
            CordonAsync,
            cancellationToken
        );

    /// <summary>Uncordons nodes that the update cordoned, unless they were cordoned before.</summary>
    public Task ReleaseAsync(IEnumerable<RollNode> nodes, CancellationToken cancellationToken) =>
        RunScope.EachAsync(
            nodes.Where(static one => one.Node.Length > 0),
            async (node, token) =>
            {
                try
                {
                    // An earlier process may have claimed it.
                    if (!_held.ContainsKey(node.NodeUid) && await claims.IsClaimedAsync(node.Node, node.NodeUid, token))
                        await claims.ClaimAsync(node.Node, node.NodeUid, new HashSet<string>(), token);
                    await claims.ReleaseAsync(node.Node, node.NodeUid, token);
                    _held.TryRemove(node.NodeUid, out _);
                }
                catch (NodeGoneException)
                {
                    // It has no holder.
                }
            },
            cancellationToken
        );

    private async Task CordonAsync(RollNode node, CancellationToken cancellationToken)
    {
        try
        {
            if (await TakeAsync(node, cancellationToken) is { } other)
            {
                await book.UpdateAsync(
                    node.Uid,
                    one =>
                        one with
                        {
                            Status = NodePoolUpdateNodeStatus.Skipped,
                            Attempts = one.Attempts + 1,
                            DrainedSince = null,
                            Message = $"Maintenance run {other.Run} of {other.Holder} has the node.",
                        },
                    cancellationToken
                );
                context.Scope.Observer.Warning($"Node {node.Node} is skipped: maintenance run {other.Run} of {other.Holder} has it.");
                return;
            }

            string annotation = new DrainAnnotation(
                context.Scope.Session.Who(),
                $"Update of pool {context.Request.Pool}",
                context.Scope.Now
            ).ToJson();
            await claims.CordonAsync(node.Node, node.NodeUid, annotation, null, cancellationToken);
            _held[node.NodeUid] = true;
        }
        catch (NodeGoneException)
        {
            // The node's claim shows its state.
        }
        catch (ClaimLostException)
        {
            // Another run claimed it first; the node is claimed again in its turn.
        }
    }

    private async Task<MaintenanceClaim?> TakeAsync(RollNode node, CancellationToken cancellationToken)
    {
        while (true)
        {
            ClaimOutcome outcome = await claims.ClaimAsync(node.Node, node.NodeUid, _dead.Keys.ToHashSet(), cancellationToken);
            if (outcome.Other is not { } other)
                return null;
            LeaseState sign = await RunLeaseReader.ObserveAsync(
                context.Scope.Connection,
                other.Run,
                other.Namespace,
                static _ => { },
                cancellationToken
            );
            if (sign.IsHeld)
                return other;
            _dead[other.Run] = true;
        }
    }
}
