namespace NodeManager.NodePools;

/// <summary>Pools as reported by a watch. Dispose it to release the watch.</summary>
public interface IPoolFollower : IDisposable
{
    /// <summary>Waits until <see cref="Observe"/> returns nothing older than this call.</summary>
    Task CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>The pool with its status (null: deleted), and a task that completes when that changes, or fails with the watch.</summary>
    (PoolRecord? Pool, Task Changed) Observe(string id);
}
