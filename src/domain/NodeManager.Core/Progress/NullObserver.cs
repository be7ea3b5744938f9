namespace NodeManager.Core.Progress;

public sealed class NullObserver : IOperationObserver
{
    public static NullObserver Instance { get; } = new();

    public void Warning(string message) { }

    public void Verbose(string message) { }

    public void Progress(OperationProgress progress) { }
}
