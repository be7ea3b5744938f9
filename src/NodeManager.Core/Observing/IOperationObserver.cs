namespace NodeManager.Core.Observing;

/// <summary>
/// Whom an operation tells what happens while it runs. Called from any thread; returns at once. A cmdlet turns it into streams,
/// the server into log lines, tests into lists.
/// </summary>
public interface IOperationObserver
{
    void Warning(string message);

    void Verbose(string message);

    void Progress(OperationProgress progress);
}
