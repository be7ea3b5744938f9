using System.Collections.Concurrent;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;

namespace NodeManager.Monitoring;

/// <summary>
/// Watches the health of nodes: evaluates a node when related objects change, and its Lease when that is due. During an outage of the watch
/// or API server no node is evaluated. Calls the follower from one thread at a time.
/// </summary>
internal sealed class HealthWatch
{
    /// <summary>Changes within this time are evaluated together.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Servers send a bookmark each minute, which is also the default interval. A slightly late bookmark must not cause a relist.
    /// </summary>
    private static readonly TimeSpan BookmarkDelay = TimeSpan.FromSeconds(2);

    private readonly ClusterConnection _connection;
    private readonly HealthScope _scope;
    private readonly IHealthFollower _follower;
    private readonly IOperationObserver _observer;
    private readonly TimeProvider _time;
    private readonly TimeProvider _wall;
    private readonly NodeLeaseTracker _leases = new(HealthThresholds.Default.LeaseStaleAfter);
    private readonly ConcurrentQueue<Action<DateTimeOffset>> _inbox = new();
    private readonly HashSet<string> _stale = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _expiring = new(StringComparer.Ordinal);
    private readonly HashSet<string> _aging = new(StringComparer.Ordinal);
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _server = "";
    private bool _isDown;
    private string? _leaseProblem;
    private bool _hasNoLeases;
    private bool _isLooking;
    private DateTimeOffset _nextLook;
    private DateTimeOffset _nextFull;
    private bool _isCatchingUp;
    private DateTimeOffset _caughtUpAt;

    /// <param name="follower">Receives the evaluations.</param>
    /// <param name="observer">Receives read failures.</param>
    /// <param name="wall">The clock for late answers: a cluster's own may run faster than its machine. Null: the system's.</param>
    public HealthWatch(
        ClusterConnection connection,
        HealthScope scope,
        IHealthFollower follower,
        IOperationObserver observer,
        TimeProvider? wall = null
    )
    {
        _connection = connection;
        _scope = scope;
        _follower = follower;
        _observer = observer;
        _time = connection.Time;
        _wall = wall ?? TimeProvider.System;
    }

    /// <summary>Watches until cancelled.</summary>
    /// <exception cref="Exception">The nodes cannot be read at the start.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _server = (await _connection.Client.GetVersionAsync(cancellationToken)).GitVersion;
        _follower.Begin();
        bool isFirst = true;
        while (true)
        {
            using MonitoredNodes nodes = new(_connection, _scope, Wake);
            try
            {
                await nodes.StartAsync(_observer, cancellationToken);
            }
            catch (Exception) when (!isFirst && !cancellationToken.IsCancellationRequested)
            {
                // The follower is notified of the outage; a new watch may succeed.
            }

            if (isFirst)
                WarnOfScope(nodes.Names);
            await FollowAsync(nodes, isFirst, cancellationToken);
            isFirst = false;
        }
    }

    private void WarnOfScope(IReadOnlyList<string> names)
    {
        _observer.Verbose($"Monitoring {names.Count} nodes of cluster '{_scope.Session.Cluster}'.");
        foreach (string name in _scope.PlainNames.Except(names, StringComparer.OrdinalIgnoreCase))
        {
            _observer.Warning(
                _scope.Selector is null
                    ? $"Node '{name}' does not exist in cluster '{_scope.Session.Cluster}'. It is monitored when it joins."
                    : $"Node '{name}' does not exist in cluster '{_scope.Session.Cluster}', or its labels do not match the selector. It is monitored when that changes."
            );
        }
    }

    /// <summary>Runs an action between two evaluations, on the follower's thread. Callable from any thread.</summary>
    public void Post(Action<DateTimeOffset> news)
    {
        _inbox.Enqueue(news);
        Wake();
    }

    // Completes when the nodes cannot be watched any more.
    private async Task FollowAsync(MonitoredNodes nodes, bool isFirst, CancellationToken cancellationToken)
    {
        DateTimeOffset? retryAt = null;
        if (isFirst)
        {
            // Leases are read before the first evaluation.
            Apply(await LeaseReader.ReadAsync(_connection, null, _wall, cancellationToken));
            _stale.Clear();
            foreach (
                string uid in _follower
                    .Nodes.Except(nodes.Names.Select(name => Evaluate(nodes, name, isFirst: true)).OfType<string>())
                    .ToList()
            )
                _follower.Remove(uid, _time.GetUtcNow());
        }
        else
        {
            foreach (string name in nodes.Names)
                Evaluate(nodes, name, isFirst: false);
        }

        _nextFull = _time.GetUtcNow() + Interval;
        _caughtUpAt = _time.GetUtcNow();
        while (true)
        {
            DateTimeOffset now = _time.GetUtcNow();
            while (_inbox.TryDequeue(out Action<DateTimeOffset>? news))
                news(now);
            if (nodes.Failure is { } failure && retryAt is null)
            {
                GoDown($"The nodes cannot be read: {failure.Message}", now);
                retryAt = now + RetryPause;
            }

            CheckConnection(nodes, now);
            foreach (string name in nodes.TakeChanged())
            {
                _leases.Doubt(name);
                if (!_hasNoLeases && _leases.Find(name) is null)
                    _leases.Expect(name, now);
                Evaluate(nodes, name, isFirst: false);
            }

            foreach (string name in _stale)
                Evaluate(nodes, name, isFirst: false);
            _stale.Clear();
            foreach (string name in _expiring.Where(one => one.Value <= now).Select(static one => one.Key).ToList())
                Evaluate(nodes, name, isFirst: false);
            if (now >= _nextFull)
                Refresh(nodes, now);
            if (SilentUntil(nodes) <= now)
                StartCatchUp(now);
            _follower.Publish(now);
            StartLeaseRead(now);
            if (retryAt <= now)
                return;
            await WaitAsync(nodes, retryAt, now, cancellationToken);
        }
    }

    private TimeSpan Interval => _scope.Session.Configuration.HealthCheckInterval;

    private string? Evaluate(MonitoredNodes nodes, string name, bool isFirst)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (_isDown)
            return null;
        (NodeEvaluation? evaluation, string? former) = nodes.Evaluate(name, now, _server, _leases);
        if (former is not null)
            _follower.Remove(former, now);
        if (evaluation?.NextAt is { } next)
            _expiring[name] = next;
        else
            _expiring.Remove(name);
        if (evaluation?.DependsOnTime == true)
            _aging.Add(name);
        else
            _aging.Remove(name);
        if (evaluation is null)
            return null;
        _follower.Observe(evaluation, now, isFirst && evaluation.IsFirst);
        return evaluation.Uid;
    }

    // Time alone changes findings, too: a cordon becomes old, an eviction expires.
    private void Refresh(MonitoredNodes nodes, DateTimeOffset now)
    {
        // Evaluate changes the set.
        foreach (string name in _aging.ToList())
            Evaluate(nodes, name, isFirst: false);
        _nextFull = now + Interval;
    }

    // When a silent watch is no longer trusted: it may be dead without a disconnect. Null: a list is replacing it, or it is disconnected.
    private DateTimeOffset? SilentUntil(MonitoredNodes nodes) =>
        _isDown || _isCatchingUp
            ? null
            : (nodes.Watch.HeardAt is { } heard && heard > _caughtUpAt ? heard : _caughtUpAt) + Interval + BookmarkDelay;

    private void StartCatchUp(DateTimeOffset now)
    {
        _isCatchingUp = true;
        _ = CatchUpAsync(now);
    }

    private async Task CatchUpAsync(DateTimeOffset asked)
    {
        try
        {
            await AnswerLimit.AwaitAsync(Interval, _wall, token => MonitoredNodes.CatchUpAsync(_connection, token), _connection.Closed);
            Post(_ => (_isCatchingUp, _caughtUpAt) = (false, asked));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Post(now =>
            {
                (_isCatchingUp, _caughtUpAt) = (false, now);
                GoDown($"The API server does not answer: {failure.GetBaseException().Message}", now);
            });
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
    }

    private void CheckConnection(MonitoredNodes nodes, DateTimeOffset now)
    {
        string? problem =
            nodes.Failure is not null ? ""
            : !nodes.Watch.IsConnected ? $"The watch of nodes was interrupted: {nodes.Watch.Problem ?? "no answer yet"}"
            : _leaseProblem;
        if (problem is { Length: > 0 })
            GoDown(problem, now);
        if (problem is not null || !_isDown || _isLooking)
            return;
        if (_hasNoLeases)
            ComeBack(nodes, now);
        else
        {
            // Leases were not read during the outage: the known ones are stale.
            _isLooking = true;
            _ = ReadLeasesAsync(null, then => ComeBack(nodes, then));
        }
    }

    private void GoDown(string problem, DateTimeOffset now)
    {
        if (!_isDown)
            _observer.Verbose($"Cluster '{_scope.Session.Cluster}' cannot be monitored: {problem}");
        _isDown = true;
        _follower.Disconnect(problem, now);
    }

    private void ComeBack(MonitoredNodes nodes, DateTimeOffset now)
    {
        if (!nodes.Watch.IsConnected || nodes.Failure is not null || !_isDown)
            return;
        _isDown = false;
        _observer.Verbose($"Cluster '{_scope.Session.Cluster}' is monitored again.");
        _follower.Reconnect(now);
        HashSet<string> there = [.. nodes.Names.Select(name => Evaluate(nodes, name, isFirst: false)).OfType<string>()];
        foreach (string uid in _follower.Nodes.Where(uid => !there.Contains(uid)).ToList())
            _follower.Remove(uid, now);
    }

    private void StartLeaseRead(DateTimeOffset now)
    {
        if (_isLooking || _hasNoLeases)
            return;
        if (_leaseProblem is not null)
        {
            if (now < _nextLook)
                return;
            _isLooking = true;
            _ = ReadLeasesAsync(null, null);
            return;
        }

        if (_isDown || _leases.NextDue is not { } due || due > now)
            return;
        _isLooking = true;
        _ = ReadLeasesAsync(_leases.Due(now), null);
    }

    private async Task ReadLeasesAsync(IReadOnlyList<string>? nodes, Action<DateTimeOffset>? then)
    {
        try
        {
            LeaseReading reading = await LeaseReader.ReadAsync(_connection, nodes, _wall, _connection.Closed);
            Post(now =>
            {
                _isLooking = false;
                Apply(reading);
                if (reading.Problem is null || reading.IsForbidden)
                    then?.Invoke(now);
            });
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
    }

    private void Apply(LeaseReading reading)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (reading.IsForbidden)
        {
            if (!_hasNoLeases)
                _observer.Warning(
                    $"Leases of nodes cannot be read: a silent node is noticed when its Ready condition becomes Unknown. {reading.Problem}"
                );
            (_hasNoLeases, _leaseProblem) = (true, null);
        }
        else if (reading.Problem is not null)
        {
            _leaseProblem = $"The API server does not answer: {reading.Problem}";
            _nextLook = now + RetryPause;
        }
        else
        {
            _leaseProblem = null;
            foreach (string node in _leases.Apply(reading.Leases, reading.Requested, now, _connection.Client.ServerTime))
                _stale.Add(node);
        }
    }

    private async Task WaitAsync(MonitoredNodes nodes, DateTimeOffset? retryAt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset due = _nextFull;
        if (_follower.NextDue is { } next && next < due)
            due = next;
        // Nothing is evaluated during an outage; expired nodes are evaluated after it.
        foreach (DateTimeOffset at in _expiring.Values)
            if (!_isDown && at < due)
                due = at;
        if (!_isLooking && !_hasNoLeases)
        {
            DateTimeOffset? nextReading =
                _leaseProblem is not null ? _nextLook
                : _isDown ? null
                : _leases.NextDue;
            if (nextReading < due)
                due = nextReading.Value;
        }

        if (retryAt < due)
            due = retryAt.Value;
        if (SilentUntil(nodes) is { } silent && silent < due)
            due = silent;
        TimeSpan pause = due - now;
        bool isNews = await _time.WaitForChangeAsync([Volatile.Read(ref _woken).Task], pause, cancellationToken);
        // A short delay, because changes of a node seldom come alone.
        if (isNews && pause > Gather)
            await Task.Delay(Gather, _time, cancellationToken);
        if (isNews)
            Volatile.Write(ref _woken, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private void Wake() => Volatile.Read(ref _woken).TrySetResult();
}
