using System.Collections.Concurrent;
using NodeManager.Core.Operations;

namespace NodeManager.Conformance.Harness;

/// <summary>Keeps what an operation says about how far it is, and what it warns of.</summary>
internal sealed class Listener : IOperationObserver
{
    private readonly ConcurrentQueue<string> _progress = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Verbose(string message)
    {
    }

    public void Progress(OperationProgress progress) => _progress.Enqueue(progress.Status);

    public Task HearsAsync(string text) => Eventually.HoldsAsync(
        $"progress about {text}", () => Task.FromResult(_progress.Any(p => p.Contains(text, StringComparison.Ordinal))));
}
