using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.EventStream;

/// <summary>
/// Writes changes of nodes into the event log. Heartbeats change nothing that is shown and are not events; changes of load and usage only
/// are combined into one small event. The first change is written immediately, following ones accumulate.
/// </summary>
internal sealed class NodeFeed(ClusterSession cluster, LiveNodeService live, EventLog log, IOptions<JsonOptions> json) : BackgroundService
{
    /// <summary>How long changes accumulate: a busy cluster then sends each reader small batches with each node once.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, bool> _dirty = new(StringComparer.Ordinal);

    // One pending signal is enough: its receiver processes all changed nodes.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly Dictionary<string, PublishedNode> _shown = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LiveNodes nodes = live.Nodes;
        nodes.Changed += Mark;
        try
        {
            bool isSeeded = false;
            do
            {
                _signal.Reader.TryRead(out _);
                try
                {
                    await nodes.ReadyAsync(stoppingToken);
                    if (!isSeeded)
                        Seed(nodes);
                    else if (Write(nodes))
                        await Task.Delay(Gathering, cluster.Session.Time(), stoppingToken);
                    isSeeded = true;
                }
                catch (NodeManagerException)
                {
                    // Retried with the next change or reader.
                }
            } while (await _signal.Reader.WaitToReadAsync(stoppingToken));
        }
        finally
        {
            nodes.Changed -= Mark;
        }
    }

    // Existing nodes are not events.
    private void Seed(LiveNodes nodes)
    {
        DateTimeOffset now = cluster.Session.Time().GetUtcNow();
        foreach (ClusterNode node in nodes.List())
            _shown[node.Name] = Show(node.ToApi(now));
    }

    private void Mark(string node)
    {
        _dirty[node] = true;
        _signal.Writer.TryWrite(true);
    }

    // False if nothing visible changed.
    private bool Write(LiveNodes nodes)
    {
        DateTimeOffset now = cluster.Session.Time().GetUtcNow();
        List<(string Type, string Data)> events = [];
        List<ApiNodeUsage> usages = [];
        foreach (string name in _dirty.Keys)
        {
            _dirty.TryRemove(name, out _);
            ApiNode? node = nodes.Find(name)?.ToApi(now);
            if (node is null)
            {
                if (_shown.Remove(name))
                    Add("node", new ApiNodeEvent("deleted", name, null));
                continue;
            }

            bool isKnown = _shown.TryGetValue(name, out PublishedNode? before);
            PublishedNode after = Show(node);
            _shown[name] = after;
            if (after == before)
                continue;
            if (!isKnown || after.Hash != before!.Hash)
                Add("node", new ApiNodeEvent(isKnown ? "modified" : "added", name, node));
            else
                usages.Add(new(name, node.Usage, node.Pods, node.Requested));
        }

        if (usages.Count > 0)
            Add("usage", new ApiUsageEvent(usages));
        log.Write(events);
        return events.Count > 0;

        void Add<T>(string type, T data) => events.Add((type, JsonSerializer.Serialize(data, json.Value.SerializerOptions)));
    }

    private PublishedNode Show(ApiNode node) =>
        new(
            Convert.ToHexString(
                SHA256.HashData(
                    JsonSerializer.SerializeToUtf8Bytes(
                        node with
                        {
                            Age = "",
                            Usage = null,
                            Pods = null,
                            Requested = null,
                        },
                        json.Value.SerializerOptions
                    )
                )
            ),
            node.Usage,
            node.Pods,
            node.Requested
        );

    // The last published state of a node.
    private sealed record PublishedNode(string Hash, ApiUsage? Usage, int? Pods, ApiUsage? Requested);
}
