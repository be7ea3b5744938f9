namespace NodeManager.Core.Progress;

/// <summary>
/// Receives the events of a running operation. Called from any thread; returns immediately. A cmdlet turns it into streams,
/// the server into log lines, tests into lists.
/// </summary>
public interface IOperationObserver
{
    void Warning(string message);

    void Verbose(string message);

    void Progress(OperationProgress progress);
}
