using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Runs;

/// <summary>
/// One of a run's ConfigMaps, as written by the run's holder. Every write carries the known resourceVersion: after another process recorded
/// its takeover, writes of the previous holder conflict. Writes during a write in progress are batched into the next. Thread-safe.
/// </summary>
/// <param name="number">The page, from 0.</param>
/// <param name="label">Marks the page, with the run's id as value; null: <see cref="RunLayout.LabelOf"/>.</param>
public sealed class RunShard(RunScope scope, string run, int number, string holder, string? label = null) : IDisposable
{
    /// <summary>The key of the holder in each page.</summary>
    public const string HolderKey = "holder";

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1);
    private Dictionary<string, string> _pending = [];
    private string _version = "";

    private string Name => RunLayout.NameOf(run, number);

    public async Task CreateAsync(IReadOnlyDictionary<string, string> data, CancellationToken cancellationToken)
    {
        ConfigMap map = new()
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new()
            {
                Name = Name,
                Labels = new() { [label ?? RunLayout.LabelOf(number)] = run },
            },
            Data = new(data) { [HolderKey] = holder },
        };
        try
        {
            _version = VersionOf(await scope.Client.CreateAsync(Resources.ConfigMaps, map, scope.Namespace, cancellationToken));
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
        {
            // Ids are random, so this is the page whose creation had no answer.
            await RefreshAsync(cancellationToken);
        }
    }

    /// <summary>Records this holder: from here on, writes of the previous holder conflict.</summary>
    /// <param name="read">The page as read, with the previous holder.</param>
    /// <param name="data">Further data to write.</param>
    /// <returns>The page with the state of the previous holder.</returns>
    /// <exception cref="NodeManagerException"><see cref="RunErrors.TakenOver"/>: another process took it first.</exception>
    public async Task<ConfigMap> TakeOverAsync(
        ConfigMap read,
        IReadOnlyDictionary<string, string> data,
        CancellationToken cancellationToken
    )
    {
        string former = HolderOf(read);
        Dictionary<string, string> written = new(data) { [HolderKey] = holder };
        while (true)
        {
            try
            {
                ConfigMap taken = await PatchAsync(written, VersionOf(read), cancellationToken);
                _version = VersionOf(taken);
                return taken;
            }
            catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
            {
                read = await ReadAsync(cancellationToken);
                // Ours: an answer was lost.
                if (HolderOf(read) is var other && other != former && other != holder)
                    throw scope.Errors.TakenOver(run, other);
            }
        }
    }

    /// <exception cref="NodeManagerException"><see cref="RunErrors.TakenOver"/>.</exception>
    public Task WriteAsync(string key, string text, CancellationToken cancellationToken)
    {
        lock (_lock)
            _pending[key] = text;
        return FlushAsync(cancellationToken);
    }

    /// <summary>Writes what an interrupt prevented.</summary>
    /// <exception cref="NodeManagerException"><see cref="RunErrors.TakenOver"/>.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        Dictionary<string, string> batch = [];
        try
        {
            lock (_lock)
                (batch, _pending) = (_pending, []);
            // A write in progress included it.
            if (batch.Count > 0)
                await SendAsync(batch, cancellationToken);
        }
        catch
        {
            lock (_lock)
            {
                foreach ((string unsent, string value) in batch)
                    _pending.TryAdd(unsent, value);
            }

            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private Task SendAsync(Dictionary<string, string> data, CancellationToken cancellationToken) =>
        scope.Retry.RunAsync(
            async token =>
            {
                while (true)
                {
                    try
                    {
                        _version = VersionOf(await PatchAsync(data, _version, token));
                        return;
                    }
                    catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
                    {
                        await RefreshAsync(token);
                    }
                }
            },
            cancellationToken
        );

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        ConfigMap map = await ReadAsync(cancellationToken);
        if (HolderOf(map) is var other && other != holder)
            throw scope.Errors.TakenOver(run, other);
        _version = VersionOf(map);
    }

    private Task<ConfigMap> ReadAsync(CancellationToken cancellationToken) =>
        scope.Client.GetAsync(Resources.ConfigMaps, Name, scope.Namespace, cancellationToken);

    private Task<ConfigMap> PatchAsync(Dictionary<string, string> data, string version, CancellationToken cancellationToken) =>
        scope.Client.PatchAsync(
            Resources.ConfigMaps,
            Name,
            scope.Namespace,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = version },
                    ["data"] = new JsonObject(data.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
                }
            ),
            cancellationToken
        );

    private static string HolderOf(ConfigMap map) => map.Data?.GetValueOrDefault(HolderKey) ?? "";

    private static string VersionOf(ConfigMap map) => map.Metadata.ResourceVersion ?? "";
}
