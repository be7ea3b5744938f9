using System.Collections.Concurrent;
using NodeManager.Core.Operations;

namespace NodeManager.Core.Nodes.Locks;

/// <summary>The locks that an operation of several nodes holds, by the node's UID. Disposed, it gives them up. Thread-safe.</summary>
/// <param name="time">For the limit of the end.</param>
public sealed class HeldLocks(TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, NodeLockHold> _holds = new(StringComparer.Ordinal);

    public NodeLockHold? Find(string uid) => _holds.GetValueOrDefault(uid);

    public void Add(string uid, NodeLockHold hold) => _holds[uid] = hold;

    /// <summary>The lock is removed by the caller's next patch of the node; what that shows ends nothing.</summary>
    public void Detach(string uid) => Find(uid)?.Detach();

    /// <summary>Removes the lock from the node. One that could not be removed dies by itself.</summary>
    public async Task ReleaseAsync(string uid)
    {
        if (!_holds.TryRemove(uid, out NodeLockHold? hold))
            return;
        using CancellationTokenSource limit = CleanUpLimit.Start(time);
        try
        {
            await hold.ReleaseAsync(limit.Token);
        }
        catch (Exception)
        {
            // No server to reach, or no session any more.
        }

        await hold.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_holds.Keys.Select(ReleaseAsync));
}
