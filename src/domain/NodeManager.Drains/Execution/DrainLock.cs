using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Execution;

/// <summary>The lock under which a node is drained: the drain's own, or that of a caller that has cordoned the node.</summary>
internal sealed class DrainLock(DrainScope scope, NodeLockUse use) : IAsyncDisposable
{
    private NodeLockHold? _hold;
    private IDisposable? _following;

    /// <summary>The lock of another operation on the node; null if this drain holds the lock.</summary>
    public NodeLock? Busy { get; private set; }

    /// <summary>The running drain for others to join; null if not begun or under a caller's lock.</summary>
    public RunningDrain? Running { get; private set; }

    /// <summary>The annotation written by this drain's cordon; null if the node was cordoned before.</summary>
    public DrainAnnotation? Annotation { get; private set; }

    public NodeLockHold Lock => _hold!;

    public NodeLockEnd? End => _hold?.End;

    /// <returns>False if the node is <see cref="Busy"/>.</returns>
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
                (_hold, Node written, Annotation) = await NodeCordon.ApplyAsync(scope, use, node, cancellationToken);
                Running = RunningDrain.Begin(use.Operation, written.Metadata.Uid ?? "", scope.Options);
                // Watch events from before the lock do not show it.
                nodes.AddOrUpdate(written);
            }
        }
        catch (NodeBusyException busy)
        {
            Busy = busy.Lock;
            return false;
        }

        _following = _hold.Follow(nodes);
        use.Taken(node.Metadata.Name);
        return true;
    }

    public Task ReleaseAsync(CancellationToken cancellationToken) =>
        Running is null ? Task.CompletedTask : Lock.ReleaseAsync(cancellationToken);

    /// <summary>Another patch removes the drain's own lock.</summary>
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
