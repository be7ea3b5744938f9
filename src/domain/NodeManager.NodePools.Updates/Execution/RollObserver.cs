using NodeManager.Core.Progress;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>Nests the progress of drains under that of the update.</summary>
/// <param name="inner">Receives the warnings and the progress.</param>
/// <param name="key">The key of the update's bar.</param>
internal sealed class RollObserver(IOperationObserver inner, string key) : IOperationObserver
{
    public void Warning(string message) => inner.Warning(message);

    public void Verbose(string message) => inner.Verbose(message);

    public void Progress(OperationProgress progress) =>
        inner.Progress(progress.Key == key || progress.Parent.Length > 0 ? progress : progress with { Parent = key });
}
