using System.Collections.Concurrent;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>The restarts that a command waits for. Interrupted ones stay listed: they continue in their clusters.</summary>
public sealed class PendingRestarts
{
    private readonly ConcurrentDictionary<string, int> _waiting = new();

    /// <summary>The pending restarts, including those whose wait was cancelled.</summary>
    public IReadOnlyList<string> Names => [.. _waiting.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A sentence for each of them, for a user who interrupted the wait.</summary>
    public IReadOnlyList<string> Interrupted =>
        [
            .. Names.Select(name =>
                $"Interrupted: the restart of {name} continues in the cluster. Check its outcome with Test-SchedulerHealth."
            ),
        ];

    /// <param name="restart">Completes when the restart has succeeded or failed.</param>
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
