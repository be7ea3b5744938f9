using System.Collections.Concurrent;
using NodeManager.Core.Operations;

namespace NodeManager.Core.Nodes.Locks;

/// <summary>The locks of an operation on several nodes, by node UID. Dispose releases them. Thread-safe.</summary>
public sealed class HeldLocks : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, NodeLockHold> _holds = new(StringComparer.Ordinal);

    public NodeLockHold? Find(string uid) => _holds.GetValueOrDefault(uid);

    public void Add(string uid, NodeLockHold hold) => _holds[uid] = hold;

    /// <summary>The caller's next patch of the node removes the lock; the removal does not cancel the holder.</summary>
    public void Detach(string uid) => Find(uid)?.Detach();

    /// <summary>Removes the lock from the node. A lock that cannot be removed expires.</summary>
    public async Task ReleaseAsync(string uid)
    {
        if (!_holds.TryRemove(uid, out NodeLockHold? hold))
            return;
        using CancellationTokenSource limit = CleanUpLimit.Start();
        try
        {
            await hold.ReleaseAsync(limit.Token);
        }
        catch (Exception)
        {
            // The server is unreachable, or the session has ended: the lock expires.
        }

        await hold.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_holds.Keys.Select(ReleaseAsync));
}
