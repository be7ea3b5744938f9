using NodeManager.Monitoring.Alerts.Documents;
using NodeManager.Monitoring.Alerts.Incidents;

namespace NodeManager.Core.Tests.Alerts;

/// <summary>
/// Drives the rules of alerts as a monitor does, on a clock of its own, and holds every transition against what is true: none missed, none doubled,
/// none early or late, each resolved.
/// </summary>
internal sealed class AlertDriver
{
    /// <summary>How late a transition may be: nodes that join one after the other are told together.</summary>
    private static readonly TimeSpan Slack = AlertOptions.UpdateInterval + TimeSpan.FromMilliseconds(100);

    private readonly AlertOptions _options;
    private readonly Dictionary<(int Node, string Cause), Fault> _faults = [];
    private readonly Dictionary<(string Node, string Cause), List<DateTimeOffset>> _joins = [];
    private readonly Dictionary<string, NodeAlert> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _restoredFlapping = new(StringComparer.Ordinal);
    private AlertMachine _machine;
    private DateTimeOffset? _cutAt;
    private DateTimeOffset _claimable = DateTimeOffset.MinValue;

    public AlertDriver(AlertOptions? options = null)
    {
        _options = options ?? new();
        _machine = new(null, "test", "run", _options);
    }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public List<string> Violations { get; } = [];

    public List<NodeAlert> Transitions { get; } = [];

    public IReadOnlyList<NodeAlert> Open => [.. _machine.Open];

    public bool IsCut => _cutAt is not null;

    public static string Name(int node) => $"node-{node}";

    public static string Zone(int node) => $"zone-{(char)('a' + (node % 3))}";

    public bool IsFaulty(int node, string cause) => _faults.TryGetValue((node, cause), out Fault? fault) && fault.IsThere;

    public void Set(int node, string cause, bool isThere)
    {
        if (!_faults.TryGetValue((node, cause), out Fault? fault))
            _faults[(node, cause)] = fault = new();
        fault.IsThere = isThere;
        if (!IsCut)
            Look(node);
    }

    public void Cut()
    {
        if (IsCut)
            return;
        _cutAt = Now;
        _machine.Disconnect("The watch is cut.", Now);
    }

    public void Mend()
    {
        if (!IsCut)
            return;
        _cutAt = null;
        _claimable = Now + AlertOptions.SettleTime;
        _machine.Reconnect(Now);
        LookAtAll();
    }

    /// <summary>The process is killed, and another one continues from what is in the state file.</summary>
    public void Restart()
    {
        RestoredAlert[] kept = [.. _machine.Open.Select(alert => _machine.Keep(alert.Id)!)];
        _machine = new(null, "test", "run", _options);
        _machine.Restore(kept.Select(static one => one with { Alert = AlertDocument.Of(one.Alert).ToAlert(null) }));
        // What waited for its debounce waits again, and what was on its way out is looked at again. How often a cause came is forgotten.
        foreach (Fault fault in _faults.Values)
            (fault.Since, fault.SeenAs) = (Now, fault.IsMember ? null : false);
        foreach (var joins in _joins.Values)
            joins.Clear();
        _restoredFlapping.UnionWith(kept.Where(static one => one.Alert.IsFlapping).Select(static one => one.Alert.Id));
        _cutAt = null;
        _claimable = Now;
        LookAtAll();
    }

    public void Pass(TimeSpan time)
    {
        DateTimeOffset end = Now + time;
        while (_machine.NextDue is { } due && due <= end)
        {
            if (due > Now)
                Now = due;
            Advance();
        }

        Now = end;
        Advance();
        Check();
    }

    /// <summary>All faults end, and all is told.</summary>
    public void Finish()
    {
        Mend();
        foreach ((int node, string cause) in _faults.Keys.ToArray())
            Set(node, cause, false);
        Pass(_options.FlapQuiet + _options.Debounce + TimeSpan.FromSeconds(5));
        if (Open.Count > 0)
            Violations.Add($"{Open.Count} alerts are never resolved: {Open[0]}");
        foreach (NodeAlert alert in _told.Values.Where(static alert => alert.Transition != NodeAlertTransition.Resolved))
            Violations.Add($"not resolved: {alert.TransitionId}");
    }

    private void LookAtAll()
    {
        foreach (int node in _faults.Keys.Select(static key => key.Node).Distinct().ToArray())
            Look(node);
    }

    private void Look(int node)
    {
        foreach ((_, Fault fault) in _faults.Where(entry => entry.Key.Node == node))
            if (fault.SeenAs != fault.IsThere)
                (fault.SeenAs, fault.Since) = (fault.IsThere, Now);
        NodeFinding[] findings =
        [
            .. _faults
                .Where(entry => entry.Key.Node == node && entry.Value.IsThere)
                .Select(entry => new NodeFinding
                {
                    Node = Name(node),
                    NodeUid = $"uid-{node}",
                    Zone = Zone(node),
                    Cause = entry.Key.Cause,
                    Severity = NodeFindingSeverity.Critical,
                    Message = "broken",
                    Since = Now,
                    ObservedAt = Now,
                }),
        ];
        _machine.Observe(
            $"uid-{node}",
            _options.GroupBy == NodeAlertGroupBy.None ? NodeGroup.None : new(NodeAlertGroupBy.Zone, Zone(node)),
            findings,
            Now
        );
    }

    private void Advance()
    {
        foreach (NodeAlert alert in _machine.Advance(Now))
            Take(alert);
    }

    private void Take(NodeAlert alert)
    {
        Transitions.Add(alert);
        NodeAlert? before = _told.GetValueOrDefault(alert.Id);
        string expected =
            before is null ? NodeAlertTransition.Raised
            : alert.Status == NodeAlertStatus.Resolved ? NodeAlertTransition.Resolved
            : NodeAlertTransition.Updated;
        if (
            alert.Transition != expected
            || alert.Sequence != (before?.Sequence ?? 0) + 1
            || before?.Transition == NodeAlertTransition.Resolved
        )
            Violations.Add($"{alert.TransitionId} is {alert.Transition} after {before?.TransitionId ?? "nothing"} ({before?.Transition})");
        if (before is not null && (before.StartsAt != alert.StartsAt || before.Labels.ToString() != alert.Labels.ToString()))
            Violations.Add($"{alert.TransitionId} changes its start or its labels");
        if ((alert.EndsAt is not null) != (alert.Status == NodeAlertStatus.Resolved) || alert.EndsAt < alert.StartsAt)
            Violations.Add($"{alert.TransitionId} ends at {alert.EndsAt}");
        _told[alert.Id] = alert;
        if (alert.Cause == NodeAlertCause.ClusterUnreachable)
            return;
        if (IsCut)
            Violations.Add($"{alert.TransitionId} is claimed while nothing is known");

        HashSet<string> now = alert.Status == NodeAlertStatus.Resolved ? [] : [.. alert.Nodes];
        HashSet<string> former = before is null ? [] : [.. before.Nodes];
        foreach (string node in now.Except(former))
            Join(node, alert);
        foreach (string node in former.Except(now))
            Leave(node, before!);
    }

    private void Join(string node, NodeAlert alert)
    {
        Fault fault = Of(node, alert.Cause);
        if (fault.IsMember)
            Violations.Add($"{Now:HH:mm:ss.f} {node} {alert.Cause} is doubled");
        fault.IsMember = true;
        if (!_joins.TryGetValue((node, alert.Cause), out List<DateTimeOffset>? joins))
            _joins[(node, alert.Cause)] = joins = [];
        joins.Add(Now);
        // The cause may end while its update waits for those of others.
        if (fault.SeenAs != true && Now - fault.Since > AlertOptions.UpdateInterval)
            Violations.Add($"{Now:HH:mm:ss.f} {node} {alert.Cause} is raised without its cause");
        if (fault.SeenAs == true)
            Time($"{node} {alert.Cause} raised", fault.Since + _options.Debounce);
    }

    private void Leave(string node, NodeAlert alert)
    {
        Fault fault = Of(node, alert.Cause);
        fault.IsMember = false;
        if (fault.SeenAs != false)
            Violations.Add($"{Now:HH:mm:ss.f} {node} {alert.Cause} is resolved while its cause is there");
        else if (!IsFlapping(node, alert))
            Time($"{node} {alert.Cause} resolved", fault.Since + _options.Debounce);
        else if (Now < fault.Since + _options.Debounce)
            Violations.Add($"{Now:HH:mm:ss.f} {node} {alert.Cause} is resolved early");
    }

    // From the third time within the window on; after a restart all nodes of a flapping alert.
    private bool IsFlapping(string node, NodeAlert alert) =>
        _restoredFlapping.Contains(alert.Id)
            ? alert.IsFlapping
            : alert.IsFlapping
                && _joins.GetValueOrDefault((node, alert.Cause)) is { } joins
                && joins.Count(at => joins[^1] - at <= _options.FlapWindow) >= _options.FlapCount;

    private void Time(string what, DateTimeOffset due)
    {
        if (due < _claimable)
            due = _claimable;
        if (Now < due || Now > due + Slack)
            Violations.Add($"{Now:HH:mm:ss.f} {what}, due at {due:HH:mm:ss.f}");
    }

    private Fault Of(string node, string cause) =>
        _faults[(int.Parse(node["node-".Length..], System.Globalization.CultureInfo.InvariantCulture), cause)];

    private void Check()
    {
        NodeAlert[] open = [.. Open];
        if (open.Select(static alert => alert.Labels.ToString()).Distinct().Count() != open.Length)
            Violations.Add($"{Now:HH:mm:ss.f} two open alerts have the same labels");
        bool isTold = open.Any(static alert => alert.Cause == NodeAlertCause.ClusterUnreachable);
        if (_cutAt is { } cut && Now > cut + _options.Debounce + Slack && !isTold)
            Violations.Add($"{Now:HH:mm:ss.f} the outage is not told");
        foreach (((int node, string cause), Fault fault) in _faults)
        {
            NodeAlert[] of = [.. open.Where(alert => alert.Cause == cause && alert.Nodes.Contains(Name(node)))];
            if (of.Length > 1)
                Violations.Add($"{Now:HH:mm:ss.f} {Name(node)} {cause} is in {of.Length} alerts");
            if (IsCut)
                continue;
            DateTimeOffset due = fault.Since + _options.Debounce;
            if (due < _claimable)
                due = _claimable;
            if (Now <= due + Slack)
                continue;
            if (fault.IsThere && of.Length == 0)
                Violations.Add($"{Now:HH:mm:ss.f} {Name(node)} {cause} is missed");
            if (!fault.IsThere && of.Length > 0 && !(of[0].IsFlapping && Now <= fault.Since + _options.FlapQuiet + Slack))
                Violations.Add($"{Now:HH:mm:ss.f} {Name(node)} {cause} is not resolved");
        }
    }

    private sealed class Fault
    {
        public bool IsThere { get; set; }

        /// <summary>As the monitor last saw it; null: not yet.</summary>
        public bool? SeenAs { get; set; } = false;

        public DateTimeOffset Since { get; set; }

        public bool IsMember { get; set; }
    }
}
