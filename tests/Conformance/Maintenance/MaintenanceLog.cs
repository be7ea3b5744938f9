using System.Collections.Concurrent;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Keeps what a maintenance tells.</summary>
internal sealed class MaintenanceLog : IMaintenanceObserver
{
    private readonly ConcurrentQueue<string> _nodes = new();
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly ConcurrentQueue<string> _words = new();
    private readonly ConcurrentQueue<OperationProgress> _progress = new();

    public NodeMaintenanceRun? Run { get; private set; }

    /// <summary><c>+name</c> where a node's work begins, <c>-name</c> where it is over.</summary>
    public IReadOnlyList<string> Nodes => [.. _nodes];

    /// <summary>Each line of progress that was shown, in order.</summary>
    public IReadOnlyList<OperationProgress> Lines => [.. _progress];

    public IReadOnlyList<string> Warnings => [.. _warnings];

    /// <summary>False where the time that an interrupt leaves was too short to write how far the run was.</summary>
    public bool IsEndWritten => !_words.Any(w => w.Contains("was not recorded", StringComparison.Ordinal));

    public void Started(NodeMaintenanceRun run) => Run = run;

    public void NodeStarted(NodeMaintenanceResult node) => _nodes.Enqueue("+" + node.Node);

    public void NodeEnded(NodeMaintenanceResult node) => _nodes.Enqueue("-" + node.Node);

    public void Warning(string message) => _warnings.Enqueue(message);

    public void Verbose(string message) => _words.Enqueue(message);

    public void Progress(OperationProgress progress)
    {
        _words.Enqueue(progress.Status);
        _progress.Enqueue(progress);
    }

    public Task HearsAsync(string text) =>
        Eventually.HoldsAsync($"word of {text}", () => Task.FromResult(_words.Any(w => w.Contains(text, StringComparison.Ordinal))));
}
