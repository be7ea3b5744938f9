using System.Collections.Concurrent;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>The restarts that a command waits for. Those that it was interrupted in stay listed: they continue in their clusters.</summary>
public sealed class PendingRestarts
{
    private readonly ConcurrentDictionary<string, int> _waiting = new();

    /// <summary>What is waited for, or was when the wait was cancelled.</summary>
    public IReadOnlyList<string> Names => [.. _waiting.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A sentence for each of them, for the user who interrupted the wait.</summary>
    public IReadOnlyList<string> Interrupted =>
        [
            .. Names.Select(name =>
                $"Interrupted: the restart of {name} continues in the cluster. Check its outcome with Test-SchedulerHealth."
            ),
        ];

    /// <summary>Waits for a restart.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="restart">Restarts, and ends when that succeeded or failed.</param>
    public async Task<SchedulerRestartResult> WaitAsync(string name, Func<Task<SchedulerRestartResult>> restart)
    {
        _waiting[name] = 0;
        try
        {
            var result = await restart();
            _waiting.TryRemove(name, out _);
            return result;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _waiting.TryRemove(name, out _);
            throw;
        }
    }
}
