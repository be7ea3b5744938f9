using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.NodeDetails;

/// <summary>
/// The usage of every node over the last hour, so that a page shows more than it has seen itself. Two numbers a node and half a minute: 5 MB for 5,000
/// nodes. Thread-safe.
/// </summary>
internal sealed class UsageHistory
{
    /// <summary>How many samples are kept of each node: an hour of them.</summary>
    public const int Kept = 120;

    private readonly Lock _gate = new();
    private readonly DateTimeOffset[] _times = new DateTimeOffset[Kept];
    private readonly Dictionary<string, (float[] Cpu, float[] Memory)> _nodes = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Adds a sample of all nodes. A node that is not among them any more is forgotten.</summary>
    public void Add(DateTimeOffset at, IReadOnlyList<ClusterNode> nodes)
    {
        lock (_gate)
        {
            int slot = _count++ % Kept;
            _times[slot] = at;
            HashSet<string> there = new(nodes.Count, StringComparer.Ordinal);
            foreach (ClusterNode node in nodes)
            {
                there.Add(node.Name);
                if (!_nodes.TryGetValue(node.Name, out (float[] Cpu, float[] Memory) known))
                    _nodes[node.Name] = known = (Unknown(), Unknown());
                (known.Cpu[slot], known.Memory[slot]) = (
                    (float?)node.Usage?.CpuPercent ?? float.NaN,
                    (float?)node.Usage?.MemoryPercent ?? float.NaN
                );
            }

            foreach (string gone in _nodes.Keys.Where(name => !there.Contains(name)).ToList())
                _nodes.Remove(gone);
        }
    }

    /// <summary>What is known of a node, the oldest first; samples without any amount are left out.</summary>
    public IReadOnlyList<ApiUsageSample> Of(string node)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(node, out (float[] Cpu, float[] Memory) known))
                return [];
            var samples = new List<ApiUsageSample>();
            for (int index = Math.Max(0, _count - Kept); index < _count; index++)
            {
                int slot = index % Kept;
                if (float.IsNaN(known.Cpu[slot]) && float.IsNaN(known.Memory[slot]))
                    continue;
                samples.Add(new(_times[slot], Amount(known.Cpu[slot]), Amount(known.Memory[slot])));
            }

            return samples;
        }
    }

    private static float[] Unknown()
    {
        float[] all = new float[Kept];
        Array.Fill(all, float.NaN);
        return all;
    }

    private static decimal? Amount(float value) => float.IsNaN(value) ? null : decimal.Round((decimal)value, 1);
}

/// <summary>Fills the history from the cache, as often as metrics are read: it sends no request of its own.</summary>
internal sealed class UsageRecorder(ClusterSession cluster, LiveNodeService live, UsageHistory history) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (cluster.IsOpen)
            {
                try
                {
                    LiveNodes nodes = await live.ReadyAsync(stoppingToken);
                    // During an outage nothing is known.
                    if (nodes.IsCurrent)
                        history.Add(cluster.Session.Time().GetUtcNow(), nodes.List());
                }
                catch (NodeManagerException)
                {
                    // There is a gap.
                }

                await Task.Delay(LiveNodes.MetricsInterval, cluster.Session.Time(), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
