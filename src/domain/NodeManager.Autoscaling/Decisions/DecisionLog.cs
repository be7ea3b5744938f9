using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Decisions;

/// <summary>
/// The decisions of an autoscaler with their reasons, recorded when they differ from the target's previous one. Stored in a ConfigMap for
/// other processes and for the next leader. Thread-safe.
/// </summary>
/// <param name="ns">The namespace of the autoscaler.</param>
/// <param name="observer">Warned if it cannot be written.</param>
/// <param name="noted">Receives each recorded decision.</param>
internal sealed class DecisionLog(KubernetesClient client, string ns, IOperationObserver observer, Action<string>? noted = null)
{
    /// <summary>The target of entries about the autoscaler, and its decision when it starts to act.</summary>
    public const string Autoscaler = "autoscaler",
        Lead = nameof(Lead);

    /// <summary>The target of entries about a whole pool.</summary>
    public const string PoolTarget = "pool";

    // Simultaneous changes are written together.
    private static readonly TimeSpan Batch = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Pool, string Target), DecisionEntry> _latest = [];
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private List<DecisionEntry> _entries = [];
    private string? _version;

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<DecisionEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>Records a decision unless it equals the target's latest one.</summary>
    /// <param name="pool">Empty for the autoscaler itself.</param>
    /// <param name="leader">The identity of an autoscaler that starts to act.</param>
    /// <returns>False if it equals the latest one.</returns>
    public bool Record(string pool, string target, string decision, string reason, string? leader = null)
    {
        lock (_lock)
        {
            if (_latest.TryGetValue((pool, target), out DecisionEntry? known) && known.Decision == decision && known.Reason == reason)
                return false;
            var entry = new DecisionEntry(client.Time.GetUtcNow(), pool, target, decision, reason, leader);
            _latest[(pool, target)] = entry;
            _entries.Add(entry);
            Trim();
        }

        noted?.Invoke(decision);
        Wake();
        return true;
    }

    /// <summary>Ends the target: a later decision about the same name is new.</summary>
    public void End(string pool, string target, string reason)
    {
        bool isKnown;
        lock (_lock)
            isKnown = _latest.TryGetValue((pool, target), out DecisionEntry? known) && known.Decision != AutoscalerDecision.End;
        if (isKnown)
            Record(pool, target, AutoscalerDecision.End, reason);
        lock (_lock)
            _latest.Remove((pool, target));
    }

    /// <summary>Ends all targets of a kind except the given ones.</summary>
    /// <param name="prefix">Of the kind, such as <c>pod/</c>.</param>
    /// <param name="live">The current targets, each with its pool.</param>
    /// <param name="reason">Why a target ended; null: it has moved to another pool.</param>
    public void EndOthers(string prefix, IReadOnlySet<(string Pool, string Target)> live, Func<string, string?> reason)
    {
        (string Pool, string Target)[] ended;
        lock (_lock)
            ended = [.. _latest.Keys.Where(key => key.Target.StartsWith(prefix, StringComparison.Ordinal) && !live.Contains(key))];
        foreach ((string pool, string target) in ended)
        {
            if (reason(target) is { } why)
                End(pool, target, why);
            else
                lock (_lock)
                    _latest.Remove((pool, target));
        }
    }

    /// <summary>Continues from the previous leader's log. Its unwritten entries are lost, which is recorded.</summary>
    public async Task TakeOverAsync(string identity, CancellationToken cancellationToken)
    {
        ConfigMap? map = await ReadAsync(cancellationToken);
        List<DecisionEntry> former = DecisionText.Parse(map?.Data?.GetValueOrDefault(DecisionText.Key));
        lock (_lock)
        {
            _version = map?.Metadata.ResourceVersion;
            _entries = former;
            _latest.Clear();
            foreach (DecisionEntry entry in former)
                _latest[(entry.Pool, entry.Target)] = entry;
        }

        string reason = former is [.., DecisionEntry last]
            ? $"{identity} is the leader from now on. The previous decision is of {last.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}; what the former leader decided within {Batch.TotalSeconds:0} s before it stopped may be missing."
            : $"{identity} is the leader from now on. There are no earlier decisions.";
        Record("", Autoscaler, Lead, reason, identity);
    }

    /// <summary>Writes changes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.Reader.ReadAsync(cancellationToken);
            await Task.Delay(Batch, client.Time, cancellationToken);
            try
            {
                await WriteAsync(cancellationToken);
            }
            catch (Exception e) when (e is KubernetesException or NodeManagerException or HttpRequestException or IOException)
            {
                observer.Verbose($"The decisions could not be written to ConfigMap {ns}/{NodeSmithNames.DecisionsConfigMap}: {e.Message}");
                await Task.Delay(RetryPause, client.Time, cancellationToken);
                Wake();
            }
        }
    }

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        string text;
        string? version;
        lock (_lock)
            (text, version) = (DecisionText.Format(_entries), _version);
        ConfigMap written;
        try
        {
            written = version is null
                ? await client.CreateAsync(
                    KubernetesResources.ConfigMaps,
                    new()
                    {
                        ApiVersion = "v1",
                        Kind = nameof(ConfigMap),
                        Metadata = new() { Name = NodeSmithNames.DecisionsConfigMap, Namespace = ns },
                        Data = new() { [DecisionText.Key] = text },
                    },
                    ns,
                    cancellationToken
                )
                : await client.PatchAsync(
                    KubernetesResources.ConfigMaps,
                    NodeSmithNames.DecisionsConfigMap,
                    ns,
                    Patch.Merge(
                        new()
                        {
                            ["metadata"] = new JsonObject { ["resourceVersion"] = version },
                            ["data"] = new JsonObject { [DecisionText.Key] = text },
                        }
                    ),
                    cancellationToken
                );
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            // Another client wrote or deleted it, or an answer was lost. There is one leader, so its own entries are right.
            ConfigMap? now = await ReadAsync(cancellationToken);
            lock (_lock)
                _version = now?.Metadata.ResourceVersion;
            Wake();
            return;
        }

        lock (_lock)
            _version = written.Metadata.ResourceVersion;
    }

    private Task<ConfigMap?> ReadAsync(CancellationToken cancellationToken) =>
        client.FindAsync(KubernetesResources.ConfigMaps, NodeSmithNames.DecisionsConfigMap, ns, cancellationToken);

    private void Trim()
    {
        if (_entries.Count <= DecisionText.MaximumEntries)
            return;
        _entries.RemoveRange(0, _entries.Count - DecisionText.MaximumEntries);
        if (_latest.Count <= 2 * DecisionText.MaximumEntries)
            return;
        // Of targets that ended long ago.
        foreach ((string, string) gone in _latest.Where(one => one.Value.At < _entries[0].At).Select(static one => one.Key).ToList())
            _latest.Remove(gone);
    }

    private void Wake() => _changed.Writer.TryWrite(true);
}
