using System.Collections.Concurrent;
using NodeManager.Drains.Options;

namespace NodeManager.Drains.Execution;

/// <summary>A drain of a node in this process that another drain of the same node and options can join. Thread-safe.</summary>
internal sealed class RunningDrain : IDisposable
{
    private static readonly ConcurrentDictionary<(string Operation, string Uid), RunningDrain> All = new();

    private readonly (string Operation, string Uid) _key;
    private readonly DrainOptions _options;
    private readonly TaskCompletionSource<NodeDrainResult?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningDrain((string Operation, string Uid) key, DrainOptions options)
    {
        _key = key;
        _options = OutcomeOptions(options);
    }

    /// <summary>The drain's result; null if it ended without one.</summary>
    public Task<NodeDrainResult?> Result => _result.Task;

    public static RunningDrain Begin(string operation, string uid, DrainOptions options)
    {
        RunningDrain running = new((operation, uid), options);
        All[running._key] = running;
        return running;
    }

    public static RunningDrain? Find(string operation, string uid, DrainOptions options) =>
        All.TryGetValue((operation, uid), out RunningDrain? running) && running._options == OutcomeOptions(options) ? running : null;

    public void End(NodeDrainResult result) => _result.TrySetResult(result);

    public void Dispose()
    {
        All.TryRemove(KeyValuePair.Create(_key, this));
        _result.TrySetResult(null);
    }

    // Ignores options that do not change the outcome for pods.
    private static DrainOptions OutcomeOptions(DrainOptions options) => options with { Reason = "", ThrottleLimit = 0 };
}
