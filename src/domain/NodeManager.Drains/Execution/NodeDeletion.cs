using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;

namespace NodeManager.Drains.Execution;

internal static class NodeDeletion
{
    /// <summary>True if the Node object is deleted; false if the watch ended.</summary>
    public static async Task<bool> WaitAsync(
        ObjectCache<Node> nodes,
        Node? planned,
        TimeProvider time,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (planned?.Metadata.Uid is not { } uid)
            return false;
        try
        {
            await nodes.Synced.WaitAsync(cancellationToken);
            while (true)
            {
                (Node? node, Task changed) = nodes.Observe(uid);
                if (node is null)
                    return true;
                await time.WaitForChangeAsync([changed], null, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                observer.Verbose($"Node {planned.Metadata.Name}: its deletion cannot be watched: {exception.Message}");
            return false;
        }
    }
}
