using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Monitoring.Alerts.Silences;

/// <summary>The silences of the cluster as a monitor knows them. Without the permission to read them there are none. Thread-safe.</summary>
internal sealed class SilenceWatch : IDisposable
{
    // A monitor starts without the silences if they are not known in this time.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly NodeManagerSession _session;
    private readonly CacheUse<ConfigMap> _maps;
    private readonly IDisposable _subscription;
    private volatile IReadOnlyList<Rule>? _rules;

    /// <param name="changed">Called, from any thread, after a change.</param>
    public SilenceWatch(ClusterConnection connection, NodeManagerSession session, Action changed)
    {
        _session = session;
        _maps = connection
            .Caches()
            .Open(Resources.ConfigMaps, new ListOptions { Namespace = AlertSilences.Namespace, LabelSelector = SilenceRecord.Label });
        _subscription = _maps.Cache.Subscribe(_ =>
        {
            _rules = null;
            changed();
        });
    }

    /// <summary>Waits until the silences are known, so that no restored alert is sent despite one.</summary>
    public async Task StartAsync(IOperationObserver observer, TimeProvider wall, CancellationToken cancellationToken)
    {
        try
        {
            await _maps.Cache.Synced.WaitAsync(StartLimit, wall, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            observer.Warning($"Silences cannot be read, so that alerts are sent regardless of them. {refused.Message}");
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The silences apply as soon as they are known.
        }
    }

    /// <summary>The active silences.</summary>
    public IReadOnlyList<NodeAlertSilence> Active(DateTimeOffset now) =>
        [.. Rules().Where(rule => rule.IsActive(now)).Select(static rule => rule.Silence)];

    /// <summary>When the next silence begins or ends; null: never.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (NodeAlertSilence silence in Rules().Select(static rule => rule.Silence))
        {
            DateTimeOffset change = silence.StartsAt > now ? silence.StartsAt : silence.EndsAt;
            if (change > now && (next is null || change < next))
                next = change;
        }

        return next;
    }

    /// <summary>The silence that covers the alert longest; null without one.</summary>
    public NodeAlertSilence? CoverOf(NodeAlert alert, DateTimeOffset now)
    {
        NodeAlertSilence? cover = null;
        foreach (Rule rule in Rules())
        {
            if (rule.IsActive(now) && rule.Covers(alert) && (cover is null || rule.Silence.EndsAt > cover.EndsAt))
                cover = rule.Silence;
        }

        return cover;
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _maps.Dispose();
    }

    private IReadOnlyList<Rule> Rules() =>
        _rules ??= [
            .. _maps
                .Cache.Items.Select(map => SilenceRecord.Read(map, _session))
                .OfType<NodeAlertSilence>()
                .OrderBy(static silence => silence.Id, StringComparer.Ordinal)
                .Select(Rule.Of)
                .OfType<Rule>(),
        ];

    /// <summary>A silence with its patterns prepared.</summary>
    internal sealed class Rule
    {
        private readonly Predicate<string> _isNode;
        private readonly Predicate<string> _isCause;

        private Rule(NodeAlertSilence silence)
        {
            Silence = silence;
            _isNode = NamePattern.Any(silence.Nodes);
            _isCause = NamePattern.Any(silence.Causes);
        }

        public NodeAlertSilence Silence { get; }

        /// <summary>Null for a silence whose patterns are not valid.</summary>
        public static Rule? Of(NodeAlertSilence silence)
        {
            try
            {
                return new(silence);
            }
            catch (NodeManagerException)
            {
                return null;
            }
        }

        public bool IsActive(DateTimeOffset now) => Silence.StartsAt <= now && now < Silence.EndsAt;

        public bool Covers(NodeAlert alert) =>
            (Silence.Causes.Count == 0 || _isCause(alert.Cause))
            && (Silence.Nodes.Count == 0 || (alert.Nodes.Count > 0 && alert.Nodes.All(node => _isNode(node))))
            && Silence.Labels.All(label => alert.Labels.TryGetValue(label.Key, out string? value) && value == label.Value)
            && (!Silence.UntilResolved || alert.StartsAt <= Silence.StartsAt);
    }
}
