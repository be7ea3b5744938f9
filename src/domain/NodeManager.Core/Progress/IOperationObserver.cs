namespace NodeManager.Core.Progress;

/// <summary>Receives the reports of a running operation. Called from any thread; returns immediately.</summary>
public interface IOperationObserver
{
    void Warning(string message);

    void Verbose(string message);

    void Progress(OperationProgress progress);
}
