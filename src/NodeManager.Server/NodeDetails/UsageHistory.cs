using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.NodeDetails;

/// <summary>The usage of nodes over the last hour. Two numbers per node and half minute: 5 MB for 5,000 nodes. Thread-safe.</summary>
internal sealed class UsageHistory
{
    /// <summary>Samples per node: one hour.</summary>
    public const int Kept = 120;

    private readonly Lock _gate = new();
    private readonly DateTimeOffset[] _times = new DateTimeOffset[Kept];
    private readonly Dictionary<string, (float[] Cpu, float[] Memory)> _nodes = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Adds a sample of all nodes and removes missing ones.</summary>
    public void Add(DateTimeOffset at, IReadOnlyList<ClusterNode> nodes)
    {
        lock (_gate)
        {
            int slot = _count++ % Kept;
            _times[slot] = at;
            HashSet<string> present = new(nodes.Count, StringComparer.Ordinal);
            foreach (ClusterNode node in nodes)
            {
                present.Add(node.Name);
                if (!_nodes.TryGetValue(node.Name, out (float[] Cpu, float[] Memory) known))
                    _nodes[node.Name] = known = (Unknown(), Unknown());
                (known.Cpu[slot], known.Memory[slot]) = (
                    (float?)node.Usage?.CpuPercent ?? float.NaN,
                    (float?)node.Usage?.MemoryPercent ?? float.NaN
                );
            }

            foreach (string gone in _nodes.Keys.Where(name => !present.Contains(name)).ToList())
                _nodes.Remove(gone);
        }
    }

    /// <summary>The samples of a node, oldest first, without empty ones.</summary>
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

/// <summary>Records usage from the cache at the interval of metrics, without requests of its own.</summary>
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
                    // Usage is unknown during an outage.
                    if (nodes.IsCurrent)
                        history.Add(cluster.Session.Time().GetUtcNow(), nodes.List());
                }
                catch (NodeManagerException)
                {
                    // Leaves a gap.
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
