namespace NodeManager.NodePools;

/// <summary>Pools as a watch shows them. Disposing it ends its share of the watch.</summary>
public interface IPoolFollower : IDisposable
{
    /// <summary>Waits until <see cref="Look"/> shows nothing older than now.</summary>
    Task CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>The pool with its status (null: it is gone), and a task that ends when that changes, or fails when the watch does.</summary>
    (PoolRecord? Pool, Task Changed) Look(string id);
}
