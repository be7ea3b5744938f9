namespace NodeManager.Controllers.Caching;

/// <summary>Tasks that complete at the next change of a key. Not thread-safe: guarded by its owner's lock.</summary>
internal sealed class ChangeSignals<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, TaskCompletionSource> _waiting = [];
    private Exception? _failure;

    /// <summary>Completes at the next change; fails if no further change will be reported.</summary>
    public Task Next(TKey key)
    {
        if (_failure is not null)
            return Task.FromException(_failure);
        if (!_waiting.TryGetValue(key, out TaskCompletionSource? signal))
            _waiting.Add(key, signal = new(TaskCreationOptions.RunContinuationsAsynchronously));
        return signal.Task;
    }

    public void Raise(TKey key)
    {
        if (_waiting.Remove(key, out TaskCompletionSource? signal))
            signal.TrySetResult();
    }

    public void Fail(Exception failure)
    {
        _failure = failure;
        foreach (TaskCompletionSource signal in _waiting.Values)
        {
            signal.TrySetException(failure);
            // The waiter may no longer observe the exception.
            _ = signal.Task.Exception;
        }

        _waiting.Clear();
    }
}
