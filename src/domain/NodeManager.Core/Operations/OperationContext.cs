using NodeManager.Core.Progress;

namespace NodeManager.Core.Operations;

/// <summary>Receives the reports of a <see cref="RunningOperation"/>'s work.</summary>
public sealed class OperationContext : IOperationObserver
{
    private readonly Action<OperationEvent> _report;

    internal OperationContext(string id, Action<OperationEvent> report, CancellationToken token)
    {
        Id = id;
        _report = report;
        Token = token;
    }

    public string Id { get; }

    /// <summary>True once a failure was a cancellation by another client.</summary>
    internal bool IsCalledOff { get; private set; }

    /// <summary>Cancelled by <see cref="RunningOperation.Cancel"/>.</summary>
    public CancellationToken Token { get; }

    public void ItemStarted(object item) => _report(new OperationItemStarted(item));

    public void ItemEnded(object item) => _report(new OperationItemEnded(item));

    public void Output(object value) => _report(new OperationOutput(value));

    /// <summary>Reports a failure: the operation continues, and ends as Failed.</summary>
    public void Fail(Exception exception, object? target) => _report(new OperationFailure(exception, target));

    /// <summary>Reports a cancellation by another client: without another failure, the operation ends as Cancelled.</summary>
    public void CallOff(Exception exception, object? target)
    {
        IsCalledOff = true;
        _report(new OperationFailure(exception, target) { IsCalledOff = true });
    }

    public void Warning(string message) => _report(new OperationMessage(OperationLogLevel.Warning, message));

    public void Verbose(string message) => _report(new OperationMessage(OperationLogLevel.Verbose, message));

    public void Progress(OperationProgress progress) => _report(new OperationProgressed(progress));
}
