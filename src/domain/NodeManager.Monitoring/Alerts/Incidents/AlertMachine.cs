using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>
/// Derives alerts from findings: one alert for a cause on a node, or on the nodes of a group that fail together. Raised when the cause has
/// lasted for the debounce, resolved when it was gone for as long. The caller provides the time; does no I/O. Not thread-safe.
/// </summary>
/// <param name="session">Null in tests.</param>
/// <param name="run">Part of the alerts' ids, so that those of two monitors differ.</param>
/// <param name="options">The rules for raising, grouping and resolving alerts.</param>
internal sealed class AlertMachine(NodeManagerSession? session, string cluster, string run, AlertOptions options)
{
    private readonly Dictionary<(string Uid, string Cause), Incident> _incidents = [];
    private readonly Dictionary<string, HashSet<string>> _causes = new(StringComparer.Ordinal);
    private readonly RaiseHistory _raises = new(options);
    private readonly List<OpenAlert> _open = [];
    private bool _isConnected = true;
    private DateTimeOffset _settled = DateTimeOffset.MinValue;

    /// <summary>The silence that covers an alert; null without one.</summary>
    public Func<NodeAlert, DateTimeOffset, NodeAlertSilence?> CoverOf { private get; init; } = static (_, _) => null;

    /// <summary>The firing alerts, as last reported.</summary>
    public IEnumerable<NodeAlert> Open => _open.Select(static alert => alert.Reported).OfType<NodeAlert>();

    /// <summary>The UIDs of the nodes with findings or alerts.</summary>
    public IReadOnlyCollection<string> Nodes => [.. _causes.Keys.Where(static uid => !IsOwn(uid))];

    /// <summary>When <see cref="Advance"/> is due without an observation; null: never.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DateTimeOffset? next = null;
            Dictionary<NodeGroup, DateTimeOffset> gates = NodeThreshold.GatesOf(_incidents.Values, _open, options);
            foreach (Incident incident in _incidents.Values)
            {
                if (DueOf(incident, gates) is { } due)
                    Consider(due, IsOwn(incident.Key.Uid));
            }

            foreach (OpenAlert alert in _open.Where(static alert => alert.IsDirty))
                Consider(alert.UpdatedAt + AlertOptions.UpdateInterval, alert.IsOwn);
            return next;

            void Consider(DateTimeOffset due, bool isOwn)
            {
                if (!isOwn && !_isConnected)
                    return;
                if (!isOwn && due < _settled)
                    due = _settled;
                if (next is null || due < next)
                    next = due;
            }
        }
    }

    /// <summary>Observes all current findings of a node; missing ones have ended.</summary>
    /// <param name="group">The group that the node fails with.</param>
    /// <param name="isFirst">True for the first observation: its findings may be older.</param>
    public void Observe(string uid, NodeGroup group, IReadOnlyCollection<NodeFinding> findings, DateTimeOffset now, bool isFirst = false)
    {
        foreach (NodeFinding finding in findings)
        {
            if (!_incidents.TryGetValue((uid, finding.Cause), out Incident? incident))
            {
                Add(
                    new((uid, finding.Cause), group, isFirst && finding.Since is { } since && since < now ? since : now)
                    {
                        Finding = finding,
                    }
                );
                continue;
            }

            bool isWorse = AlertText.Rank(finding.Severity) > AlertText.Rank(incident.Finding.Severity);
            incident.Finding = finding;
            incident.GoneSince = null;
            if (isWorse && incident.Alert is { } alert)
                alert.IsDirty = true;
        }

        if (!_causes.TryGetValue(uid, out HashSet<string>? causes))
            return;
        foreach (string cause in causes.ToArray())
        {
            if (!findings.Any(finding => finding.Cause == cause))
                Leave(_incidents[(uid, cause)], now);
        }
    }

    /// <summary>The node is deleted or no longer selected: its causes have ended.</summary>
    public void Remove(string uid, DateTimeOffset now) => Observe(uid, NodeGroup.None, [], now);

    /// <summary>The nodes are unknown from now on: their alerts do not change. The outage itself becomes an alert.</summary>
    public void Disconnect(string why, DateTimeOffset now)
    {
        _isConnected = false;
        Report(NodeAlertCause.ClusterUnreachable, "", NodeFindingSeverity.Critical, why, now, options.Debounce);
    }

    /// <summary>The nodes are known again. Changes must be observed within <see cref="AlertOptions.SettleTime"/>.</summary>
    public void Reconnect(DateTimeOffset now)
    {
        if (_isConnected)
            return;
        _isConnected = true;
        _settled = now + AlertOptions.SettleTime;
        End(NodeAlertCause.ClusterUnreachable, "", now);
    }

    /// <summary>Reports a problem of the monitor itself.</summary>
    public void Report(string cause, string target, string severity, string message, DateTimeOffset now, TimeSpan debounce = default)
    {
        string uid = OwnPrefix + target;
        NodeFinding finding = new()
        {
            Cluster = cluster,
            Session = session,
            Node = "",
            Cause = cause,
            Severity = severity,
            Message = message,
            Since = now,
            ObservedAt = now,
        };
        if (_incidents.TryGetValue((uid, cause), out Incident? known))
            (known.Finding, known.GoneSince) = (finding, null);
        else
            Add(new((uid, cause), NodeGroup.None, now) { Finding = finding, Debounce = debounce });
    }

    /// <summary>Ends such a problem.</summary>
    public void End(string cause, string target, DateTimeOffset now)
    {
        if (_incidents.TryGetValue((OwnPrefix + target, cause), out Incident? incident))
            Leave(incident, now);
    }

    /// <summary>Continues with alerts of an earlier process. The first observation of their nodes decides their state.</summary>
    public void Restore(IEnumerable<RestoredAlert> alerts)
    {
        foreach (RestoredAlert restored in alerts)
        {
            NodeAlert reported = restored.Alert;
            OpenAlert alert = new(reported.Id, reported.Cause, restored.Group, reported.StartsAt, reported.Labels)
            {
                Sequence = reported.Sequence,
                UpdatedAt = reported.UpdatedAt,
                LastEvidence = restored.LastEvidence,
                LastEnd = reported.UpdatedAt,
                Reported = reported,
                IsWithheld = restored.IsWithheld,
                IsOwn = reported.Nodes.Count == 0,
            };
            _open.Add(alert);
            foreach (NodeFinding finding in reported.Findings)
            {
                string uid = finding.Node.Length > 0 ? finding.NodeUid : OwnPrefix + restored.Target;
                if (_incidents.ContainsKey((uid, finding.Cause)))
                    continue;
                Incident incident = new((uid, finding.Cause), restored.Group, restored.LastEvidence)
                {
                    Finding = finding,
                    Alert = alert,
                    IsFlapping = reported.IsFlapping,
                };
                // Problems of the earlier process ended with it.
                if (IsOwn(uid))
                    incident.GoneSince = reported.UpdatedAt;
                Add(incident);
                alert.Members[uid] = incident;
            }

            foreach (string node in reported.Nodes)
                alert.Affected[reported.Findings.FirstOrDefault(finding => finding.Node == node)?.NodeUid ?? node] = node;
        }
    }

    /// <summary>The state for a later process to continue with an alert.</summary>
    public RestoredAlert? Keep(string id) =>
        _open.Find(alert => alert.Id == id) is { Reported: { } reported } alert
            ? new(
                reported,
                alert.Group,
                alert.LastEvidence,
                alert.Members.Keys.FirstOrDefault(IsOwn)?[OwnPrefix.Length..] ?? "",
                alert.IsWithheld
            )
            : null;

    /// <summary>The silences have changed, or one has begun or ended.</summary>
    public void Recheck(DateTimeOffset now)
    {
        foreach (OpenAlert alert in _open)
        {
            if (alert.Reported is not { } reported)
                continue;
            NodeAlertSilence? cover = CoverOf(reported, now);
            if ((cover?.Id, cover?.EndsAt) != (reported.Silence?.Id, reported.Silence?.EndsAt) || (cover is null && alert.IsWithheld))
                alert.IsDirty = true;
        }
    }

    /// <returns>The transitions, in order.</returns>
    public IReadOnlyList<NodeAlert> Advance(DateTimeOffset now)
    {
        bool isSettled = _isConnected && now >= _settled;
        Dictionary<NodeGroup, DateTimeOffset> gates = NodeThreshold.GatesOf(_incidents.Values, _open, options);
        List<Incident> due =
        [
            .. _incidents.Values.Where(incident => (isSettled || IsOwn(incident.Key.Uid)) && DueOf(incident, gates) <= now),
        ];
        Incident[] begun =
        [
            .. due.Where(static incident => incident.Alert is null)
                .OrderBy(static incident => incident.Seen)
                .ThenBy(static incident => incident.Key.Uid, StringComparer.Ordinal),
        ];
        if (begun.Length > 0)
            _raises.RemoveExpired(now);
        foreach (Incident incident in begun)
            Raise(incident, now);
        foreach (Incident incident in due.Where(static incident => incident.GoneSince is not null))
        {
            OpenAlert alert = incident.Alert!;
            alert.Members.Remove(incident.Key.Uid);
            alert.LastEnd = incident.GoneSince!.Value > alert.LastEnd ? incident.GoneSince.Value : alert.LastEnd;
            alert.IsDirty = true;
            Remove(incident);
        }

        List<NodeAlert> transitions = [];
        HashSet<OpenAlert> resolved = [];
        foreach (OpenAlert alert in _open.Where(alert => alert.IsDirty && (isSettled || alert.IsOwn)))
        {
            foreach (Incident ended in NodeThreshold.Release(alert, options, now))
                Remove(ended);
            if (alert.Members.Count == 0)
                resolved.Add(alert);
            else if (alert.Reported is not null && now - alert.UpdatedAt < AlertOptions.UpdateInterval)
                continue;
            transitions.Add(Report(alert, now));
        }

        _open.RemoveAll(resolved.Contains);
        return transitions;
    }

    private const string OwnPrefix = "\0";

    private static bool IsOwn(string uid) => uid.StartsWith(OwnPrefix, StringComparison.Ordinal);

    private DateTimeOffset? DueOf(Incident incident, Dictionary<NodeGroup, DateTimeOffset> gates)
    {
        TimeSpan debounce = incident.Debounce ?? options.Debounce;
        if (incident.Alert is null)
            return NodeThreshold.DueOf(incident, incident.Seen + debounce, gates);
        return incident.GoneSince is { } gone ? gone + (incident.IsFlapping ? options.FlapQuiet : debounce) : null;
    }

    private void Add(Incident incident)
    {
        _incidents.Add(incident.Key, incident);
        if (!_causes.TryGetValue(incident.Key.Uid, out HashSet<string>? causes))
            _causes.Add(incident.Key.Uid, causes = new(StringComparer.Ordinal));
        causes.Add(incident.Key.Cause);
    }

    private void Remove(Incident incident)
    {
        _incidents.Remove(incident.Key);
        HashSet<string> causes = _causes[incident.Key.Uid];
        causes.Remove(incident.Key.Cause);
        if (causes.Count == 0)
            _causes.Remove(incident.Key.Uid);
    }

    private void Leave(Incident incident, DateTimeOffset now)
    {
        if (incident.Alert is null)
            Remove(incident);
        else
            incident.GoneSince ??= now;
    }

    private void Raise(Incident incident, DateTimeOffset now)
    {
        OpenAlert? alert = incident.Group.By.Length > 0 ? _open.Find(open => open.Takes(incident, options.GroupWindow)) : null;
        if (alert is null)
            _open.Add(alert = New(incident));
        if (incident.Seen > alert.LastEvidence)
            alert.LastEvidence = incident.Seen;
        incident.IsFlapping = !IsOwn(incident.Key.Uid) && _raises.Add(incident.Key, now);
        incident.Alert = alert;
        alert.Members[incident.Key.Uid] = incident;
        if (incident.Finding.Node.Length > 0)
            alert.Affected[incident.Key.Uid] = incident.Finding.Node;
        alert.IsDirty = true;
    }

    private OpenAlert New(Incident first)
    {
        string id = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{run}\n{cluster}\n{first.Key.Cause}\n{first.Key.Uid}\n{first.Seen.UtcTicks}"))
        )[..20];
        // Others of the group will follow: receivers that identify alerts by labels get the group's from the start.
        bool isGroup =
            NodeThreshold.Applies(first)
            || first.Group.By.Length > 0
                && _incidents.Values.Any(other =>
                    other != first
                    && other.Alert is null
                    && other.Key.Cause == first.Key.Cause
                    && other.Group == first.Group
                    && (other.Seen - first.Seen).Duration() <= options.GroupWindow
                );
        return new(id, first.Key.Cause, first.Group, first.Start, AlertText.Labels(cluster, first, isGroup))
        {
            LastEvidence = first.Seen,
            LastEnd = first.Seen,
            IsOwn = IsOwn(first.Key.Uid),
        };
    }

    private NodeAlert Report(OpenAlert alert, DateTimeOffset now)
    {
        bool isOver = alert.Members.Count == 0;
        NodeFinding[] findings =
            isOver && alert.Reported is { } last
                ? [.. last.Findings]
                :
                [
                    .. alert
                        .Members.Values.Select(static member => member.Finding)
                        .OrderBy(static finding => finding.Node, StringComparer.Ordinal),
                ];
        alert.Sequence++;
        NodeAlert reported = Describe(alert, findings, isOver, null, now);
        if (CoverOf(reported, now) is { } silence)
        {
            alert.IsWithheld |= alert.Reported is null;
            reported = Describe(alert, findings, isOver, silence, now);
        }
        else if (!isOver && alert.IsWithheld)
        {
            alert.IsWithheld = false;
            reported = Describe(alert, findings, isOver, null, now);
        }

        (alert.Reported, alert.UpdatedAt, alert.IsDirty) = (reported, now, false);
        return reported;
    }

    private NodeAlert Describe(OpenAlert alert, NodeFinding[] findings, bool isOver, NodeAlertSilence? silence, DateTimeOffset now) =>
        new()
        {
            Session = session,
            Cluster = cluster,
            Id = alert.Id,
            Sequence = alert.Sequence,
            Transition =
                isOver ? NodeAlertTransition.Resolved
                : alert.Reported is null ? NodeAlertTransition.Raised
                : NodeAlertTransition.Updated,
            Status = isOver ? NodeAlertStatus.Resolved : NodeAlertStatus.Firing,
            Cause = alert.Cause,
            Severity = findings.MaxBy(static finding => AlertText.Rank(finding.Severity))?.Severity ?? NodeFindingSeverity.Warning,
            Nodes = new([
                .. (isOver ? alert.Affected.Values : findings.Select(static finding => finding.Node))
                    .Where(static node => node.Length > 0)
                    .Order(StringComparer.Ordinal),
            ]),
            GroupBy = alert.IsGroup ? alert.Group.By : "",
            Group = alert.IsGroup ? alert.Group.Value : "",
            StartsAt = alert.StartsAt,
            EndsAt = isOver ? alert.LastEnd : null,
            UpdatedAt = now,
            Message = AlertText.Message(alert, findings, isOver),
            IsFlapping = isOver ? alert.Reported?.IsFlapping == true : alert.Members.Values.Any(static member => member.IsFlapping),
            Silence = silence,
            IsWithheld = alert.IsWithheld,
            Labels = alert.Labels,
            Findings = new(findings),
        };
}
