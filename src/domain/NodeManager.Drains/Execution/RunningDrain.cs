using System.Collections.Concurrent;
using NodeManager.Drains.Options;

namespace NodeManager.Drains.Execution;

/// <summary>A drain of a node in this process, so that another one of the same node and options joins it. Thread-safe.</summary>
internal sealed class RunningDrain : IDisposable
{
    private static readonly ConcurrentDictionary<(string Operation, string Uid), RunningDrain> All = new();

    private readonly (string Operation, string Uid) _key;
    private readonly DrainOptions _options;
    private readonly TaskCompletionSource<NodeDrainResult?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningDrain((string Operation, string Uid) key, DrainOptions options)
    {
        _key = key;
        _options = Essence(options);
    }

    /// <summary>Its result; null where it ended without one.</summary>
    public Task<NodeDrainResult?> Result => _result.Task;

    /// <param name="operation">Id of the operation that has the node's lock.</param>
    /// <param name="uid">Of the node.</param>
    /// <param name="options">How it drains.</param>
    public static RunningDrain Begin(string operation, string uid, DrainOptions options)
    {
        RunningDrain running = new((operation, uid), options);
        All[running._key] = running;
        return running;
    }

    /// <summary>The drain that an operation of this process runs on a node, if it has the same options; else null.</summary>
    public static RunningDrain? Find(string operation, string uid, DrainOptions options) =>
        All.TryGetValue((operation, uid), out RunningDrain? running) && running._options == Essence(options) ? running : null;

    public void End(NodeDrainResult result) => _result.TrySetResult(result);

    public void Dispose()
    {
        All.TryRemove(KeyValuePair.Create(_key, this));
        _result.TrySetResult(null);
    }

    // What changes nothing of what becomes of the pods.
    private static DrainOptions Essence(DrainOptions options) => options with { Reason = "", ThrottleLimit = 0 };
}
