using NodeManager.Controllers.Leasing;
using NodeManager.Core.Errors;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Runs;

/// <summary>
/// The Lease by which one process holds a run. While the hold is in doubt, no node is changed until the next renewal. When it is lost, or
/// another process requests a stop, the run ends. Thread-safe.
/// </summary>
public sealed class RunLease : ILeaseListener, IAsyncDisposable
{
    private readonly RunScope _scope;
    private readonly string _run;
    private readonly LeaderLease _lease;
    private readonly CancellationTokenSource _lost;
    private volatile string _stoppedBy = "";

    /// <param name="label">Marks the Lease, with the run's id as value.</param>
    public RunLease(RunScope scope, string run, string holder, string label = RunLayout.Label)
    {
        _scope = scope;
        _run = run;
        Holder = holder;
        LeaderLeaseOptions options = new()
        {
            Name = RunLayout.NameOf(run),
            Namespace = scope.Namespace,
            Identity = holder,
            Duration = scope.LeaseDuration,
            Labels = new Dictionary<string, string> { [label] = run },
            StaleAnnotations = [RunLayout.StopKey],
        };
        _lease = new(scope.Client, scope.Connection.Caches(), options, this, scope.Connection.Closed);
        _lost = CancellationTokenSource.CreateLinkedTokenSource(_lease.Lost);
        Lost = _lost.Token;
    }

    public string Holder { get; }

    /// <summary>Cancelled when another process holds the Lease, when it can no longer be renewed, or on a request to stop.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Cancelled when the hold is in doubt; replaced after the next renewal.</summary>
    public CancellationToken InDoubt => _lease.InDoubt;

    /// <summary>True if stopped on request: the Lease is still held, so that the end of the run can be written.</summary>
    public bool IsStopped => _stoppedBy.Length > 0;

    /// <summary>Creates the Lease, or takes it from an expired holder.</summary>
    /// <param name="waits">Called if the wait for the holder's expiry begins.</param>
    /// <exception cref="NodeManagerException">
    /// <see cref="RunErrors.Conflict"/>: its holder is live, or another process took it first.
    /// </exception>
    public async Task TakeAsync(Action<LeaseState> waits, CancellationToken cancellationToken)
    {
        if (await _lease.TryAcquireAsync(waits, cancellationToken) is { } other)
            throw _scope.Errors.Conflict(_run, other.Holder, other.Duration);
    }

    /// <summary>Completes when the Lease is held beyond doubt.</summary>
    /// <exception cref="NodeManagerException">As <see cref="LossError"/>.</exception>
    public async Task WaitUntilHeldAsync(CancellationToken cancellationToken)
    {
        await _lease.HoldAsync(cancellationToken);
        if (Lost.IsCancellationRequested)
            throw LossError();
    }

    /// <summary>The error that cancelled <see cref="Lost"/>.</summary>
    public NodeManagerException LossError() =>
        _stoppedBy.Length > 0 ? _scope.Errors.Stopped(_run, _stoppedBy)
        : _lease.Refusal is { } refusal && _lease.NewHolder.Length == 0 ? _scope.Errors.NotRenewed(_run, Known(refusal))
        : _scope.Errors.TakenOver(_run, _lease.NewHolder);

    /// <summary>Releases the Lease immediately, and stops the renewals.</summary>
    public Task ReleaseAsync(CancellationToken cancellationToken) => _lease.ReleaseAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        _lost.Dispose();
    }

    void ILeaseListener.Renewed(Lease lease)
    {
        if (lease.Metadata.Annotations?.GetValueOrDefault(RunLayout.StopKey) is not { Length: > 0 } by)
            return;
        _stoppedBy = by;
        _lost.Cancel();
    }

    void ILeaseListener.RenewalRefused(Exception failure) =>
        _scope.Observer.Warning(
            $"The Lease of {_scope.Errors.Title(_run)} cannot be renewed: {Known(failure).Message} "
                + $"The run stops within {_scope.LeaseDuration.TotalSeconds:0} s unless a renewal succeeds."
        );

    void ILeaseListener.InDoubt(TimeSpan unrenewed) =>
        _scope.Observer.Warning(
            $"The Lease of {_scope.Errors.Title(_run)} has not been renewed for {unrenewed.TotalSeconds:0} s; no node is changed until it is."
        );

    private NodeManagerException Known(Exception failure) =>
        failure as NodeManagerException
        ?? ErrorTranslator.Translate(failure, _scope.Session.Cluster, _scope.Session.Server, _run)
        ?? new(ErrorIds.UnexpectedAnswer, ErrorKind.InvalidOperation, failure.Message, _run, "", failure);
}
