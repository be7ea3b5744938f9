using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Decisions;

/// <summary>
/// What an autoscaler decides and does not decide, with the reason, noted when it differs from what was noted of the same target before. It is
/// kept in a ConfigMap, so that other processes can read it and the next leader continues from it. Thread-safe.
/// </summary>
/// <param name="client">Of the cluster.</param>
/// <param name="ns">The namespace of the autoscaler.</param>
/// <param name="observer">Told where it cannot be written.</param>
/// <param name="noted">Gets each decision that is noted.</param>
internal sealed class DecisionLog(KubernetesClient client, string ns, IOperationObserver observer, Action<string>? noted = null)
{
    /// <summary>The target of what concerns the autoscaler, and what is noted there when it begins to act.</summary>
    public const string Autoscaler = "autoscaler",
        Lead = nameof(Lead);

    /// <summary>The target of what concerns a pool as a whole.</summary>
    public const string PoolTarget = "pool";

    // What changes together is written together.
    private static readonly TimeSpan Batch = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Pool, string Target), DecisionEntry> _latest = [];
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private List<DecisionEntry> _entries = [];
    private string? _version;

    /// <summary>The latest decisions, the oldest first.</summary>
    public IReadOnlyList<DecisionEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>Notes a decision unless it is the target's latest already.</summary>
    /// <param name="pool">Empty for what concerns the autoscaler itself.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="decision">One word.</param>
    /// <param name="reason">For people.</param>
    /// <param name="leader">The identity of an autoscaler that begins to act.</param>
    /// <returns>False where it is.</returns>
    public bool Note(string pool, string target, string decision, string reason, string? leader = null)
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

    /// <summary>Nothing more is to be decided about the target: what is noted of one of the same name later is new.</summary>
    public void End(string pool, string target, string reason)
    {
        bool isKnown;
        lock (_lock)
            isKnown = _latest.TryGetValue((pool, target), out DecisionEntry? known) && known.Decision != ScaleDecision.End;
        if (isKnown)
            Note(pool, target, ScaleDecision.End, reason);
        lock (_lock)
            _latest.Remove((pool, target));
    }

    /// <summary>The same for all targets of a kind but those.</summary>
    /// <param name="prefix">Of the kind, such as <c>pod/</c>.</param>
    /// <param name="live">Those about which there is something to decide, each with its pool.</param>
    /// <param name="reason">Of a target: why there no longer is; null: it is under another pool now.</param>
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

    /// <summary>Continues from what the former leader wrote. What it had not written yet is lost, which is noted.</summary>
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
        Note("", Autoscaler, Lead, reason, identity);
    }

    /// <summary>Writes what is noted until cancelled.</summary>
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

    /// <summary>Writes what is noted.</summary>
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
                    RequestOptions.Default,
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
                    null,
                    RequestOptions.Default,
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

    private async Task<ConfigMap?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync(KubernetesResources.ConfigMaps, NodeSmithNames.DecisionsConfigMap, ns, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private void Trim()
    {
        if (_entries.Count <= DecisionText.Most)
            return;
        _entries.RemoveRange(0, _entries.Count - DecisionText.Most);
        if (_latest.Count <= 2 * DecisionText.Most)
            return;
        // Of targets that are long gone.
        foreach ((string, string) gone in _latest.Where(one => one.Value.At < _entries[0].At).Select(static one => one.Key).ToList())
            _latest.Remove(gone);
    }

    private void Wake() => _changed.Writer.TryWrite(true);
}
