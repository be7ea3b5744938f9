using System.Collections.Concurrent;
using NodeManager.Core.Operations;

namespace NodeManager.Conformance.Harness;

/// <summary>Keeps what an operation says.</summary>
internal sealed class Listener : IOperationObserver
{
    private readonly ConcurrentQueue<string> _warnings = new();

    public IReadOnlyCollection<string> Warnings => _warnings;

    public void Warning(string message) => _warnings.Enqueue(message);

    public void Verbose(string message)
    {
    }

    public void Progress(OperationProgress progress)
    {
    }
}
