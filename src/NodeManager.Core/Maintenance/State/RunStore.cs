using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Maintenance.Running;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Maintenance.State;

/// <summary>
/// The ConfigMap of one run, as its holder writes it. Every write carries the version that the holder knows: once another one has taken
/// over, and said so in it, nothing of the former comes through. Writes that come while one is under way go together with the next.
/// Thread-safe.
/// </summary>
internal sealed class RunStore(MaintenanceScope scope, RunRecord run, string holder) : IDisposable
{
    /// <summary>Marks ConfigMaps and Leases of runs; the value is the run's id.</summary>
    public const string Label = "nodemanager.io/maintenance-run";

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1);
    private Dictionary<string, string> _pending = [];
    private string _version = "";

    public static string NameOf(string run) => "nodemanager-run-" + run;

    public static JsonObject Labels(string run) => new() { [Label] = run };

    /// <summary>Makes the run known, with its nodes.</summary>
    public async Task CreateAsync(RunState state, IEnumerable<NodeRecord> nodes, CancellationToken cancellationToken)
    {
        ConfigMap map = new()
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new() { Name = NameOf(run.Id), Labels = new() { [Label] = run.Id } },
            Data = new(nodes.Select(n => KeyValuePair.Create(KeyOf(n), TextOf(n))))
            {
                [StoredRun.RunKey] = JsonSerializer.Serialize(run, MaintenanceJson.Default.RunRecord),
                [StoredRun.StateKey] = TextOf(state),
            },
        };
        try
        {
            _version = (await scope.Client.CreateAsync(Resources.ConfigMaps, map, scope.Namespace, RequestOptions.Default, cancellationToken))
                .Metadata.ResourceVersion ?? "";
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
        {
            // Ids are made at random, so it is the one that was made when the answer was lost.
            await RefreshAsync(cancellationToken);
        }
    }

    /// <summary>Says that this holder has it now, and reads what the former one left: from here on, nothing of his comes through.</summary>
    public async Task<StoredRun> TakeOverAsync(StoredRun stored, RunState state, CancellationToken cancellationToken)
    {
        StoredRun read = stored;
        while (true)
        {
            try
            {
                ConfigMap map = await PatchAsync(new() { [StoredRun.StateKey] = TextOf(state) }, read.ResourceVersion, cancellationToken);
                _version = map.Metadata.ResourceVersion ?? "";
                return StoredRun.Read(map) ?? read;
            }
            catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
            {
                ConfigMap map = await scope.Client.GetAsync(Resources.ConfigMaps, NameOf(run.Id), scope.Namespace, cancellationToken);
                read = StoredRun.Read(map) ?? read with { ResourceVersion = map.Metadata.ResourceVersion ?? "" };
            }
        }
    }

    public Task WriteAsync(NodeRecord node, CancellationToken cancellationToken) => WriteAsync(KeyOf(node), TextOf(node), cancellationToken);

    public Task WriteAsync(RunState state, CancellationToken cancellationToken) => WriteAsync(StoredRun.StateKey, TextOf(state), cancellationToken);

    public void Dispose() => _turn.Dispose();

    private static string KeyOf(NodeRecord node) => StoredRun.NodePrefix + node.Uid;

    private static string TextOf(NodeRecord node) => JsonSerializer.Serialize(node, MaintenanceJson.Default.NodeRecord);

    private static string TextOf(RunState state) => JsonSerializer.Serialize(state, MaintenanceJson.Default.RunState);

    /// <exception cref="NodeManagerException">MaintenanceTakenOver.</exception>
    private async Task WriteAsync(string key, string text, CancellationToken cancellationToken)
    {
        lock (_lock) _pending[key] = text;
        await _turn.WaitAsync(cancellationToken);
        Dictionary<string, string> batch = [];
        try
        {
            lock (_lock) (batch, _pending) = (_pending, []);
            // Somebody who was under way has taken it along.
            if (batch.Count > 0) await SendAsync(batch, cancellationToken);
        }
        catch
        {
            lock (_lock)
            {
                foreach ((string unsent, string value) in batch) _pending.TryAdd(unsent, value);
            }

            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task SendAsync(Dictionary<string, string> data, CancellationToken cancellationToken) => scope.Patience.RunAsync(
        async token =>
        {
            while (true)
            {
                try
                {
                    _version = (await PatchAsync(data, _version, token)).Metadata.ResourceVersion ?? "";
                    return;
                }
                catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
                {
                    await RefreshAsync(token);
                }
            }
        },
        cancellationToken);

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        ConfigMap map = await scope.Client.GetAsync(Resources.ConfigMaps, NameOf(run.Id), scope.Namespace, cancellationToken);
        if (StoredRun.Read(map) is { State.Holder: { } other } && other != holder) throw MaintenanceErrors.TakenOver(run.Id, other);
        _version = map.Metadata.ResourceVersion ?? "";
    }

    private Task<ConfigMap> PatchAsync(Dictionary<string, string> data, string version, CancellationToken cancellationToken) =>
        scope.Client.PatchAsync(
            Resources.ConfigMaps, NameOf(run.Id), scope.Namespace,
            Patch.Merge(new()
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = version },
                ["data"] = new JsonObject(data.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
            }),
            null, RequestOptions.Default, cancellationToken);
}
