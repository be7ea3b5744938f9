using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Controllers.Leasing;

/// <summary>
/// A Lease that one of several processes holds (client-go: leader election), renewed concurrently with the work. Renewals are sent whether
/// earlier ones were answered or not, so that a slow server does not cost the lease. Without a timely renewal the lease is in doubt: the
/// work stops before another process can acquire it, and may continue after a renewal. It is lost when another process holds it or the
/// server refuses to renew it. Thread-safe.
/// </summary>
/// <param name="caches">Watch a holder before it is considered dead.</param>
/// <param name="ended">Cancelled when the client ends; renewals stop.</param>
public sealed class LeaderLease(
    KubernetesClient client,
    ObjectCaches caches,
    LeaderLeaseOptions options,
    ILeaseListener listener,
    CancellationToken ended = default
) : IAsyncDisposable
{
    private const int ConcurrentRenewals = 4;

    // The share of the duration that is used, which allows for a slow local clock.
    private const double Usable = 0.9;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(ended);
    private readonly CancellationTokenSource _lost = new();
    private readonly SemaphoreSlim _renewals = new(ConcurrentRenewals);
    private readonly TimeProvider _time = client.Time;
    private CancellationTokenSource _doubt = new();
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastSign;
    private TimeSpan _good;
    private Task _renewing = Task.CompletedTask;

    /// <summary>Cancelled when another process holds the lease, or it can no longer be renewed.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Cancelled when the lease is in doubt; replaced after a renewal.</summary>
    public CancellationToken InDoubt
    {
        get
        {
            lock (_lock)
                return _doubt.Token;
        }
    }

    /// <summary>The process that took over; empty while unknown.</summary>
    public string NewHolder { get; private set; } = "";

    /// <summary>The server's refusal of the last renewal; null without one.</summary>
    public Exception? Refusal { get; private set; }

    /// <summary>Creates the Lease, or takes it over from a holder that did not renew it. Renews it from then on.</summary>
    /// <param name="waits">Called with a holder before it is observed.</param>
    /// <returns>Null if acquired; otherwise the state of the holder.</returns>
    public async Task<LeaseState?> TryAcquireAsync(Action<LeaseState> waits, CancellationToken cancellationToken)
    {
        LeaseState state = await LeaseObserver.ObserveAsync(client, caches, options.Name, options.Namespace, waits, cancellationToken);
        return state.IsHeld ? state : await TryTakeAsync(state, cancellationToken);
    }

    /// <summary>
    /// Waits until the Lease is acquired: watches its holder, and takes over after it was released or not renewed. Renews it from then on.
    /// </summary>
    /// <param name="waits">Called with each holder that is waited for.</param>
    public async Task AcquireAsync(Action<LeaseState> waits, CancellationToken cancellationToken)
    {
        LeaseState? state = await LeaseObserver.ReadAsync(client, options.Name, options.Namespace, cancellationToken);
        while (state is not null)
            state = await TryTakeAsync(
                await LeaseObserver.WaitUntilFreeAsync(client, caches, state, waits, cancellationToken),
                cancellationToken
            );
    }

    private async Task<LeaseState?> TryTakeAsync(LeaseState state, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        try
        {
            if (state.Lease is null)
                await CreateAsync(cancellationToken);
            else
                await TakeAsync(state.Lease, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
        {
            // Another process was faster, unless the response to an applied request was lost.
            state = await LeaseObserver.ReadAsync(client, options.Name, options.Namespace, cancellationToken);
            if (state.Holder != options.Identity)
                return state;
        }

        Extend(start);
        _renewing = RenewAlwaysAsync();
        return null;
    }

    /// <summary>Completes when the lease is safely held, or lost; see <see cref="Lost"/>.</summary>
    public Task HoldAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _held.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Stops renewals and releases the Lease immediately.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        if (_lost.IsCancellationRequested)
            return;
        try
        {
            await PatchAsync(Patch.Operation("replace", "/spec/holderIdentity", ""), true, cancellationToken);
        }
        catch (KubernetesException refused) when (MayHaveOtherHolder(refused))
        {
            // The response to an applied request was lost, and the repeated request found the Lease released or taken over.
            LeaseState state = await LeaseObserver.ReadAsync(client, options.Name, options.Namespace, cancellationToken);
            if (state.Holder == options.Identity)
                throw;
        }
    }

    /// <summary>Stops renewals. Others may acquire the Lease after its duration.</summary>
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
            while (!_lost.IsCancellationRequested)
            {
                await DelayAsync();
                renewals.RemoveAll(static renewal => renewal.IsCompleted);
                if (await _renewals.WaitAsync(TimeSpan.Zero, _stop.Token))
                    renewals.Add(RenewAsync());
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Released, or the process ends.
        }

        await Task.WhenAll(renewals);
    }

    // Until the next renewal is due, or the lease gets into doubt.
    private async Task DelayAsync()
    {
        TimeSpan remaining;
        lock (_lock)
            remaining = _good - _time.GetElapsedTime(_lastSign);
        TimeSpan period = options.Duration / 5;
        if (remaining < period && remaining > TimeSpan.Zero)
        {
            await Task.Delay(remaining, _time, _stop.Token);
            period -= remaining;
        }

        UpdateDoubt();
        await Task.Delay(period, _time, _stop.Token);
        UpdateDoubt();
    }

    private void UpdateDoubt()
    {
        CancellationTokenSource doubt;
        lock (_lock)
        {
            if (!_held.Task.IsCompleted || _lost.IsCancellationRequested || _time.GetElapsedTime(_lastSign) < _good)
                return;
            _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            doubt = _doubt;
            // So that a renewal from now on replaces it, and does not keep the source that is about to be cancelled.
            _doubt = new();
            _doubt.Cancel();
        }

        doubt.Cancel();
        // An unresponsive server may recover; one that refuses will not renew the Lease before others may acquire it.
        if (Refusal is not null)
            MarkLost();
        else
            listener.InDoubt(_good);
    }

    private void MarkLost()
    {
        CancellationTokenSource doubt;
        lock (_lock)
            doubt = _doubt;
        _lost.Cancel();
        doubt.Cancel();
        lock (_lock)
            _held.TrySetResult();
    }

    private async Task RenewAsync()
    {
        long start = _time.GetTimestamp();
        using CancellationTokenSource limit = new(options.Duration, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, limit.Token);
        try
        {
            Lease renewed = await PatchAsync(Patch.Operation("add", "/spec/renewTime", Now()), false, stop.Token);
            Refusal = null;
            Extend(start);
            listener.Renewed(renewed);
        }
        catch (KubernetesException refused) when (MayHaveOtherHolder(refused))
        {
            await FindNewHolderAsync(stop.Token);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // Released, or timed out: the next renewal may succeed, and the remaining time is counted.
        }
        catch (Exception failure) when (!IsPassing(failure))
        {
            bool isNew = Refusal is null;
            Refusal = failure;
            if (isNew)
                listener.RenewalRefused(failure);
        }
        catch (Exception)
        {
            // The next one may succeed. A server that restarts may have refused the last one.
            Refusal = null;
        }
        finally
        {
            _renewals.Release();
        }
    }

    private static bool IsPassing(Exception failure) =>
        TransientFailure.IsDuringWork(failure) || failure is KubernetesException { NamesMissingRole: true };

    // The test of the patch failed, or the Lease was deleted or replaced.
    private static bool MayHaveOtherHolder(KubernetesException refused) =>
        refused.Code is HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotFound or HttpStatusCode.Conflict;

    private async Task FindNewHolderAsync(CancellationToken cancellationToken)
    {
        try
        {
            LeaseState state = await LeaseObserver.ReadAsync(client, options.Name, options.Namespace, cancellationToken);
            if (state.Holder == options.Identity)
                return;
            NewHolder = state.Holder;
            Refusal = null;
            MarkLost();
        }
        catch (Exception)
        {
            // Retried with the next renewal.
        }
    }

    // Counted from sending the renewal: no other client counts from earlier.
    private void Extend(long sent)
    {
        lock (_lock)
        {
            if (_lost.IsCancellationRequested || (_good > TimeSpan.Zero && sent < _lastSign))
                return;
            _lastSign = sent;
            _good = options.Duration * Usable;
            if (_time.GetElapsedTime(sent) >= _good)
                return;
            if (_doubt.IsCancellationRequested)
                _doubt = new();
            _held.TrySetResult();
        }
    }

    private Task<Lease> CreateAsync(CancellationToken cancellationToken)
    {
        JsonObject labels = new(options.Labels.Select(static label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value)));
        JsonObject lease = new()
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = options.Name, ["labels"] = labels },
            ["spec"] = Spec(0),
        };
        return client.CreateManifestAsync(Resources.Leases, lease, options.Namespace, cancellationToken);
    }

    private Task<Lease> TakeAsync(Lease lease, CancellationToken cancellationToken)
    {
        JsonObject annotations = new(options.StaleAnnotations.Select(static key => KeyValuePair.Create<string, JsonNode?>(key, null)));
        return client.PatchAsync(
            Resources.Leases,
            options.Name,
            options.Namespace,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = lease.Metadata.ResourceVersion, ["annotations"] = annotations },
                    ["spec"] = Spec((lease.Spec.LeaseTransitions ?? 0) + 1),
                }
            ),
            cancellationToken
        );
    }

    private JsonObject Spec(int transitions) =>
        new()
        {
            ["holderIdentity"] = options.Identity,
            ["leaseDurationSeconds"] = Math.Max(1, (int)Math.Ceiling(options.Duration.TotalSeconds)),
            ["acquireTime"] = Now(),
            ["renewTime"] = Now(),
            ["leaseTransitions"] = transitions,
        };

    // The server tests that this process is still the holder.
    private Task<Lease> PatchAsync(JsonObject operation, bool retry, CancellationToken cancellationToken) =>
        client.PatchAsync(
            Resources.Leases,
            options.Name,
            options.Namespace,
            Patch.Json([Patch.Operation("test", "/spec/holderIdentity", options.Identity), operation]),
            null,
            new() { Retry = retry },
            cancellationToken
        );

    private string Now() => _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
