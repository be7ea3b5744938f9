using System.Diagnostics.CodeAnalysis;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Monitoring.Alerts;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Monitoring.Alerts.Incidents;
using NodeManager.Monitoring.Alerts.Silences;

namespace NodeManager.Monitoring;

/// <summary>
/// Raises alerts for the nodes of a session, and sends them to sinks. During an outage of the watch or API server no node's state is
/// reported; the outage is an alert itself.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "RunAsync disposes of the dispatcher at its end.")]
internal sealed class ClusterHealthMonitor : IHealthFollower
{
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(2);

    private readonly MonitorRequest _request;
    private readonly IOperationObserver _observer;
    private readonly Action<NodeAlert> _emit;
    private readonly TimeProvider _time;
    private readonly NodeAlerts _alerts;
    private readonly AlertMachine _machine;
    private readonly AlertJournal? _journal;
    private readonly AlertDispatcher _dispatcher;
    private readonly HealthWatch _watch;
    private readonly ClusterConnection _connection;
    private readonly SilenceWatch _silences;
    private readonly SilenceDelivery _silenceDelivery;
    private bool _haveSilencesChanged = true;
    private DateTimeOffset? _silenceChangeAt;

    /// <param name="observer">Receives warnings and progress; alerts go to <paramref name="emit"/>.</param>
    /// <param name="emit">Receives each transition.</param>
    /// <exception cref="NodeManagerException">AlertStateInUse, AlertStateUnreadable.</exception>
    public ClusterHealthMonitor(ClusterConnection connection, MonitorRequest request, IOperationObserver observer, Action<NodeAlert> emit)
    {
        _connection = connection;
        _request = request;
        _observer = observer;
        _emit = emit;
        _time = connection.Time;
        _alerts = connection.Get<NodeAlerts>();
        _journal = request.StatePath is null
            ? null
            : AlertJournal.OpenFile(request.StatePath, request.Session, [.. request.Sinks.Keys], observer);
        _machine = new(request.Session, request.Session.Cluster, _journal?.Run ?? Guid.NewGuid().ToString("n"), request.Options)
        {
            CoverOf = (alert, now) => _silences!.CoverOf(alert, now),
        };
        _watch = new(connection, HealthScope.Of(request.Session, request.Names, request.Selector), this, observer, request.Wall);
        AlertSinkContext context = new(request.Session, observer, request.Wall);
        IAlertSink[] sinks = [.. request.Sinks.Select(sink => sink.Value.Create(sink.Key, context))];
        _silences = new(connection, request.Session, () => _watch.Post(_ => _haveSilencesChanged = true));
        _silenceDelivery = new(request.Session.Cluster, [.. sinks.OfType<IAlertSilenceSink>()], request.Wall, observer);
        _dispatcher = new(
            sinks,
            request.QueueLimit,
            _journal,
            request.Wall,
            new(
                static (_, _) => { },
                OnDropped,
                sink => _watch.Post(now => _machine.End(NodeAlertCause.AlertsDropped, sink, now)),
                observer
            )
        );
    }

    IReadOnlyCollection<string> IHealthFollower.Nodes => _machine.Nodes;

    DateTimeOffset? IHealthFollower.NextDue =>
        _machine.NextDue is { } due && (_silenceChangeAt is null || due < _silenceChangeAt) ? due : _silenceChangeAt;

    /// <summary>Monitors until cancelled.</summary>
    /// <exception cref="Exception">The nodes cannot be read at the start.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _alerts.Begin();
        try
        {
            await _silences.StartAsync(_observer, _request.Wall, cancellationToken);
            using PoolConditions pools = new(_connection, _machine, _watch.Post);
            await _watch.RunAsync(cancellationToken);
        }
        finally
        {
            await EndAsync();
        }
    }

    void IHealthFollower.Begin()
    {
        if (_journal is null)
            return;
        _machine.Restore(_journal.Open);
        foreach (NodeAlert alert in _journal.Past.Concat(_machine.Open))
            _alerts.Update(alert);
    }

    void IHealthFollower.Observe(NodeEvaluation evaluation, DateTimeOffset now, bool isInitial) =>
        _machine.Observe(
            evaluation.Uid,
            NodeGroup.Of(
                _request.Options.GroupBy,
                evaluation.Node.Metadata.Labels,
                evaluation.Node.Metadata.Annotations,
                _request.Session.Cluster
            ),
            NodeThreshold.Count([.. evaluation.Findings.Where(IsAlert)], _request.Options.MinimumNodes),
            now,
            isInitial
        );

    void IHealthFollower.Remove(string uid, DateTimeOffset now) => _machine.Remove(uid, now);

    void IHealthFollower.Disconnect(string problem, DateTimeOffset now) =>
        _machine.Disconnect(
            $"Cluster {_request.Session.Cluster} cannot be monitored, and the state of its nodes is unknown. {problem}",
            now
        );

    void IHealthFollower.Reconnect(DateTimeOffset now) => _machine.Reconnect(now);

    void IHealthFollower.Publish(DateTimeOffset now)
    {
        bool haveSilencesChanged = _haveSilencesChanged || _silenceChangeAt <= now;
        if (haveSilencesChanged)
        {
            _haveSilencesChanged = false;
            _silenceChangeAt = _silences.NextChange(now);
            _machine.Recheck(now);
        }

        IReadOnlyList<NodeAlert> transitions = _machine.Advance(now);
        foreach (NodeAlert alert in transitions)
        {
            bool isSilent = alert.Status == NodeAlertStatus.Firing ? alert.Silence is not null : alert.IsWithheld;
            IReadOnlyList<string> sinks = isSilent ? _dispatcher.StateNames : _dispatcher.Names;
            _journal?.Add(alert, _machine.Keep(alert.Id), sinks);
            _alerts.Update(alert);
            _emit(alert);
            _dispatcher.Publish(alert, sinks);
        }

        if (haveSilencesChanged || transitions.Count > 0)
            UpdateReceivers(now);
    }

    // Alertmanager has no acknowledgements: they are silences there while an alert that they cover is open.
    private void UpdateReceivers(DateTimeOffset now)
    {
        HashSet<string> used = [.. _machine.Open.Select(static alert => alert.Silence?.Id).OfType<string>()];
        DateTimeOffset wall = _request.Wall.GetUtcNow();
        _silenceDelivery.Update([
            .. _silences
                .Active(now)
                .Select(silence => new SinkSilence(
                    silence,
                    wall + (silence.EndsAt - now),
                    !silence.UntilResolved || used.Contains(silence.Id)
                )),
        ]);
    }

    // The configuration may change at any time.
    private bool IsAlert(NodeFinding finding) =>
        AlertText.Rank(finding.Severity) >= AlertText.Rank(_request.MinimumSeverity)
        && (
            _request.Session.Configuration.AlertOnNodeFailure
            || finding.Cause is not (NodeFindingCause.NotReady or NodeFindingCause.Unreachable or NodeFindingCause.Flapping)
        );

    private void OnDropped(string sink, NodeAlert alert, long count) =>
        _watch.Post(now =>
            _machine.Report(
                NodeAlertCause.AlertsDropped,
                sink,
                NodeFindingSeverity.Warning,
                $"Sink '{sink}' does not accept alerts, and {count} transitions were dropped for it.",
                now
            )
        );

    private async Task EndAsync()
    {
        await _dispatcher.StopAsync(FlushTime);
        if (_dispatcher.Waiting is > 0 and int waiting)
        {
            _observer.Warning(
                _journal is null
                    ? $"{waiting} deliveries to sinks are pending and will be lost. A monitor with a state file keeps them for its next run."
                    : $"{waiting} deliveries to sinks are pending. The next monitor with this state file sends them."
            );
        }

        await _dispatcher.DisposeAsync();
        await _silenceDelivery.DisposeAsync();
        _silences.Dispose();
        _alerts.End(_machine.Open.Select(static alert => alert.Id), _time.GetUtcNow());
    }
}
