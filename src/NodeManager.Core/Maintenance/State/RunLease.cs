using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Core.Errors;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Core.Maintenance.State;

/// <summary>
/// The Lease by which one process holds a run, renewed while it lives. Renewals are sent whether the former ones were answered or not, so
/// that a slow server does not cost the lease. Where none comes through in time the hold is in doubt, and nobody may touch a node until it
/// is renewed; once another process has it, or where the server refuses to renew it, it is lost for good. Thread-safe.
/// </summary>
internal sealed class RunLease : IAsyncDisposable
{
    private const int RenewalsAtOnce = 4;

    private readonly MaintenanceScope _scope;
    private readonly ClusterConnection _connection;
    private readonly string _run;
    private readonly string _namespace;
    private readonly TimeSpan _duration;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly SemaphoreSlim _renewals = new(RenewalsAtOnce);
    private CancellationTokenSource _doubt = new();
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastSign;
    private TimeSpan _good;
    private Task _renewing = Task.CompletedTask;
    private string _taker = "";
    private NodeManagerException? _refusal;


    private string _stoppedBy = "";

    public RunLease(MaintenanceScope scope, string run, string holder)
    {
        _scope = scope;
        _connection = scope.Connection;
        _run = run;
        _namespace = scope.Namespace;
        Holder = holder;
        _duration = scope.Request.LeaseDuration;
        Lost = _lost.Token;
    }

    public string Holder { get; }

    /// <summary>Cancelled when another process has it, when it can no longer be renewed, or when the run is asked to stop.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Cancelled when the hold gets into doubt; a new one when it is out of it.</summary>
    public CancellationToken InDoubt
    {
        get
        {
            lock (_lock) return _doubt.Token;
        }
    }

    /// <summary>Takes the lease: makes it, or takes it from a holder that is gone.</summary>
    /// <param name="waits">Told when it has to be seen first whether the holder is gone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NodeManagerException">MaintenanceConflict: its holder lives, or another one was faster.</exception>
    public async Task TakeAsync(Action<LeaseState> waits, CancellationToken cancellationToken)
    {
        LeaseState sign = await LeaseProbe.LookAsync(_connection, _run, _namespace, waits, cancellationToken);
        if (sign.IsAlive) throw MaintenanceErrors.Conflict(_run, sign.Holder, null, sign.Duration);
        long start = _connection.Time.GetTimestamp();
        try
        {
            if (sign.Lease is null) await CreateAsync(cancellationToken);
            else await TakeAsync(sign.Lease, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
        {
            sign = await LeaseProbe.ReadAsync(_connection, _run, _namespace, cancellationToken);
            // A lost answer to a request that was done: it is ours.
            if (sign.Holder != Holder) throw MaintenanceErrors.Conflict(_run, sign.Holder, null, sign.Duration);
        }

        Extend(start);
        _renewing = RenewAlwaysAsync();
    }

    /// <summary>Ends when the lease is ours beyond doubt.</summary>
    /// <exception cref="NodeManagerException">MaintenanceTakenOver.</exception>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        Task held;
        lock (_lock) held = _held.Task;
        await held.WaitAsync(cancellationToken);
        if (_lost.IsCancellationRequested) throw WhyLost();
    }

    /// <summary>What <see cref="Lost"/> was cancelled for.</summary>
    public NodeManagerException WhyLost() => _stoppedBy.Length > 0 ? MaintenanceErrors.Stopped(_run, _stoppedBy)
        : _refusal is { } refusal && _taker.Length == 0 ? MaintenanceErrors.NotRenewed(_run, refusal) : MaintenanceErrors.TakenOver(_run, _taker);

    /// <summary>True where the lease is still this process's, so that the end of the run can be written.</summary>
    public bool IsStopped => _stoppedBy.Length > 0;

    /// <summary>Lets others have it at once, and renews no more.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        if (_lost.IsCancellationRequested && !IsStopped) return;
        await PatchAsync(new JsonObject { ["op"] = "replace", ["path"] = "/spec/holderIdentity", ["value"] = "" }, true, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _lost.Dispose();
        _doubt.Dispose();
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
    }

    private async Task RenewAlwaysAsync()
    {
        List<Task> renewals = [];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await DelayAsync();
                renewals.RemoveAll(r => r.IsCompleted);
                if (await _renewals.WaitAsync(TimeSpan.Zero, _stop.Token)) renewals.Add(RenewAsync());
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It is given back, or the process comes to its end.
        }

        await Task.WhenAll(renewals);
    }

    // Until the next renewal is due, or the hold gets into doubt in between.
    private async Task DelayAsync()
    {
        TimeSpan left;
        lock (_lock) left = _good - _connection.Time.GetElapsedTime(_lastSign);
        TimeSpan period = _duration / 5;
        if (left < period && left > TimeSpan.Zero)
        {
            await Task.Delay(left, _connection.Time, _stop.Token);
            period -= left;
        }

        DoubtIfDue();
        await Task.Delay(period, _connection.Time, _stop.Token);
        DoubtIfDue();
    }

    private void DoubtIfDue()
    {
        CancellationTokenSource doubt;
        lock (_lock)
        {
            if (!_held.Task.IsCompleted || _lost.IsCancellationRequested || _connection.Time.GetElapsedTime(_lastSign) < _good) return;
            _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            doubt = _doubt;
        }

        doubt.Cancel();
        // A server that does not answer may answer again; one that refuses will not renew it before others may take it.
        if (_refusal is not null) Lose();
        else _scope.Observer.Warning($"The lease of maintenance run {_run} could not be renewed for {_good.TotalSeconds:0} s: no node is touched until it is.");
    }

    private void Lose()
    {
        CancellationTokenSource doubt;
        lock (_lock) doubt = _doubt;
        _lost.Cancel();
        doubt.Cancel();
        lock (_lock) _held.TrySetResult();
    }

    private async Task RenewAsync()
    {
        long start = _connection.Time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _connection.Closed);
        using CancellationTokenSource limit = new(_duration, _connection.Time);
        using CancellationTokenRegistration registration = limit.Token.Register(stop.Cancel);
        try
        {
            Lease renewed = await PatchAsync(new JsonObject { ["op"] = "add", ["path"] = "/spec/renewTime", ["value"] = Now() }, false, stop.Token);
            _refusal = null;
            Extend(start);
            if (renewed.Metadata.Annotations?.GetValueOrDefault(RunLayout.StopKey) is { Length: > 0 } by) StopFor(by);
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            await LookForTakerAsync(stop.Token);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // It is given back, or took too long; the next one may come through, and until when that matters is counted.
        }
        catch (Exception failure)
        {
            Refused(failure);
        }
        finally
        {
            _renewals.Release();
        }
    }

    // What another attempt does not cure is said at once, and ends the run when its hold gets into doubt.
    private void Refused(Exception failure)
    {
        if (TransientFailure.Is(failure)) return;
        NodeManagerException known = failure as NodeManagerException ?? ErrorTranslator.Translate(failure, _scope.Session.Cluster, _scope.Session.Server, _run)
            ?? new(ErrorIds.UnexpectedAnswer, ErrorKind.InvalidOperation, failure.Message, _run, "", failure);
        bool isNew = _refusal is null;
        _refusal = known;
        if (isNew)
            _scope.Observer.Warning($"The lease of maintenance run {_run} cannot be renewed: {known.Message} The run stops within {_duration.TotalSeconds:0} s unless a renewal succeeds.");
    }

    private void StopFor(string by)
    {
        _stoppedBy = by;
        Lose();
    }

    private async Task LookForTakerAsync(CancellationToken cancellationToken)
    {
        try
        {
            LeaseState sign = await LeaseProbe.ReadAsync(_connection, _run, _namespace, cancellationToken);
            if (sign.Holder == Holder) return;
            lock (_lock) _taker = sign.Holder;
            _refusal = null;
            Lose();
        }
        catch (Exception)
        {
            // Asked again with the next renewal.
        }
    }

    // Counted from when the renewal was sent, less a tenth for what this machine's clock may run slow: nobody else counts from earlier.
    private void Extend(long sent)
    {
        lock (_lock)
        {
            if (_lost.IsCancellationRequested || (_good > TimeSpan.Zero && sent < _lastSign)) return;
            _lastSign = sent;
            _good = _duration * 0.9;
            if (_connection.Time.GetElapsedTime(sent) >= _good) return;
            if (_doubt.IsCancellationRequested) _doubt = new();
            _held.TrySetResult();
        }
    }

    private Task<Lease> CreateAsync(CancellationToken cancellationToken)
    {
        JsonObject lease = new()
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = RunLayout.NameOf(_run), ["labels"] = new JsonObject { [RunLayout.Label] = _run } },
            ["spec"] = Spec(0),
        };
        return _connection.Client.SendAsync(
            HttpMethod.Post, Resources.Leases.Path(_namespace), new StringContent(lease.ToJsonString(), Encoding.UTF8, "application/json"),
            KubernetesJson.Default.Lease, RequestOptions.Default, cancellationToken);
    }

    private Task<Lease> TakeAsync(Lease lease, CancellationToken cancellationToken) => _connection.Client.PatchAsync(
        Resources.Leases, RunLayout.NameOf(_run), _namespace,
        Patch.Merge(new()
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = lease.Metadata.ResourceVersion,
                ["annotations"] = new JsonObject { [RunLayout.StopKey] = null },
            },
            ["spec"] = Spec((lease.Spec.LeaseTransitions ?? 0) + 1),
        }),
        null, RequestOptions.Default, cancellationToken);

    private JsonObject Spec(int transitions) => new()
    {
        ["holderIdentity"] = Holder,
        ["leaseDurationSeconds"] = Math.Max(1, (int)Math.Ceiling(_duration.TotalSeconds)),
        ["acquireTime"] = Now(),
        ["renewTime"] = Now(),
        ["leaseTransitions"] = transitions,
    };

    // Only while it is ours, which the server tests.
    private Task<Lease> PatchAsync(JsonObject operation, bool retry, CancellationToken cancellationToken) => _connection.Client.PatchAsync(
        Resources.Leases, RunLayout.NameOf(_run), _namespace,
        Patch.Json([new JsonObject { ["op"] = "test", ["path"] = "/spec/holderIdentity", ["value"] = Holder }, operation]), null,
        new() { Retry = retry }, cancellationToken);

    private string Now() => _connection.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
