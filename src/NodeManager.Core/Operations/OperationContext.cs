using NodeManager.Core.Observing;

namespace NodeManager.Core.Operations;

/// <summary>What the work of a <see cref="RunningOperation"/> reports to.</summary>
public sealed class OperationContext : IOperationObserver
{
    private readonly Action<OperationEvent> _report;

    internal OperationContext(Action<OperationEvent> report, CancellationToken token)
    {
        _report = report;
        Token = token;
    }

    /// <summary>Cancelled by <see cref="RunningOperation.Cancel"/>.</summary>
    public CancellationToken Token { get; }

    public void ItemStarted(object item) => _report(new OperationItemStarted(item));

    public void ItemEnded(object item) => _report(new OperationItemEnded(item));

    public void Output(object value) => _report(new OperationOutput(value));

    /// <summary>Something failed: the operation continues, and ends as Failed.</summary>
    public void Fail(Exception exception, object? target) => _report(new OperationFailure(exception, target));

    public void Warning(string message) => _report(new OperationMessage(OperationLogLevel.Warning, message));

    public void Verbose(string message) => _report(new OperationMessage(OperationLogLevel.Verbose, message));

    public void Progress(OperationProgress progress) => _report(new OperationProgressed(progress));
}
