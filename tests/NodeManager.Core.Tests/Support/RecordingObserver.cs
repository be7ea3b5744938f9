using System.Collections.Concurrent;
using NodeManager.Core.Progress;

namespace NodeManager.Core.Tests.Support;

/// <summary>Keeps what an operation tells.</summary>
public sealed class RecordingObserver : IOperationObserver
{
    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<OperationProgress> Reports { get; } = new();

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Verbose(string message) { }

    public void Progress(OperationProgress progress) => Reports.Enqueue(progress);
}
