using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Execution;

/// <summary>The lock under which a node is drained: the drain's own, or that of its caller, who then has cordoned the node.</summary>
internal sealed class DrainHold(DrainScope scope, NodeLockUse use) : IAsyncDisposable
{
    private NodeLockHold? _hold;
    private IDisposable? _following;

    /// <summary>The lock of the operation that has the node; null where this one has it.</summary>
    public NodeLock? Busy { get; private set; }

    /// <summary>For others to join; null where nothing was begun, or under the lock of a caller.</summary>
    public RunningDrain? Running { get; private set; }

    /// <summary>What was noted on the node by the cordon of this drain; null where it was cordoned before.</summary>
    public DrainAnnotation? Note { get; private set; }

    public NodeLockHold Lock => _hold!;

    /// <summary>Why the drain has to stop; null where it has not.</summary>
    public NodeLockEnd? End => _hold?.End;

    /// <summary>Cordons the node and takes its lock.</summary>
    /// <param name="node">As it was read.</param>
    /// <param name="nodes">Reports what becomes of it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False where the node is <see cref="Busy"/>.</returns>
    public async Task<bool> TakeAsync(Node node, ObjectCache<Node> nodes, CancellationToken cancellationToken)
    {
        _hold = use.Held(node.Metadata.Uid ?? "");
        if (_hold is null && await use.Former(node, cancellationToken) is { } former)
        {
            Busy = former;
            return false;
        }

        try
        {
            if (_hold is null)
            {
                (_hold, Node written, Note) = await NodeCordon.ApplyAsync(scope, use, node, cancellationToken);
                Running = RunningDrain.Begin(use.Operation, written.Metadata.Uid ?? "", scope.Options);
                // What the watch reports from before the lock says nothing of it.
                nodes.Admit(written);
            }
        }
        catch (NodeBusyException busy)
        {
            Busy = busy.Lock;
            return false;
        }

        _following = _hold.Follow(nodes);
        return true;
    }

    /// <summary>Removes the drain's own lock.</summary>
    public Task ReleaseAsync(CancellationToken cancellationToken) =>
        Running is null ? Task.CompletedTask : Lock.ReleaseAsync(cancellationToken);

    /// <summary>The drain's own lock is removed by another patch.</summary>
    public void Detach()
    {
        if (Running is not null)
            Lock.Detach();
    }

    public async ValueTask DisposeAsync()
    {
        _following?.Dispose();
        if (_hold is not null && Running is not null)
            await _hold.DisposeAsync();
        Running?.Dispose();
    }
}
