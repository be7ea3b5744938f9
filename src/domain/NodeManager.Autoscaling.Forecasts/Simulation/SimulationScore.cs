namespace NodeManager.Autoscaling.Forecasts.Simulation;

/// <summary>What a simulation counts.</summary>
internal sealed class SimulationScore(SimulatedCluster cluster, DateTimeOffset start)
{
    private readonly List<TimeSpan> _pending = [];
    private readonly List<NodeAutoscalerSample> _samples = [];
    private decimal _cost;
    private double _nodeHours,
        _coreHours,
        _usedHours;
    private int _pods,
        _evicted,
        _created,
        _removed,
        _plans,
        _maximum;

    /// <summary>Time passed since the last event.</summary>
    public void Advance(TimeSpan by)
    {
        if (by <= TimeSpan.Zero)
            return;
        double hours = by.TotalHours;
        foreach (SimulatedMachine machine in cluster.Machines)
        {
            _cost += machine.Price * (decimal)hours;
            _coreHours += machine.CpuCores * hours;
        }

        _nodeHours += cluster.Machines.Count * hours;
        _usedHours += (double)cluster.RunningCores * hours;
        _maximum = Math.Max(_maximum, cluster.Machines.Count);
    }

    public void Sample(DateTimeOffset now) =>
        _samples.Add(
            new()
            {
                At = now - start,
                Nodes = cluster.Machines.Count,
                CpuCores = cluster.Machines.Sum(static one => one.CpuCores),
                RequestedCores = cluster.RunningCores + cluster.Pending.Sum(static one => one.Load.CpuCores),
                PendingPods = cluster.Pending.Count,
                Cost = Math.Round(_cost, 4),
            }
        );

    public void Arrived() => _pods++;

    /// <param name="waited">Since the pod was created.</param>
    public void Bound(TimeSpan waited) => _pending.Add(waited);

    public void Evicted(int pods) => _evicted += pods;

    public void Created() => _created++;

    public void Removed() => _removed++;

    public void Planned() => _plans++;

    public NodeAutoscalerMeasurement Report(SimulatedAutoscaler autoscaler, string currency, TimeSpan duration, TimeSpan elapsed)
    {
        _pending.Sort();
        return new()
        {
            Setting = autoscaler.Name,
            Description = autoscaler.Description,
            Duration = duration,
            Pods = _pods,
            Cost = Math.Round(_cost, 2),
            Currency = currency,
            PendingMedian = Percentile(0.5),
            PendingPercentile90 = Percentile(0.9),
            PendingPercentile99 = Percentile(0.99),
            PendingMaximum = Percentile(1),
            Unplaced = cluster.Pending.Count,
            Evicted = _evicted,
            NodesCreated = _created,
            NodesRemoved = _removed,
            AverageNodes = Math.Round(_nodeHours / duration.TotalHours, 2),
            MaximumNodes = _maximum,
            CpuPercent = _coreHours > 0 ? Math.Round(100 * _usedHours / _coreHours, 1) : 0,
            Plans = _plans,
            Elapsed = elapsed,
            Samples = new([.. _samples]),
        };
    }

    // Nearest rank.
    private TimeSpan Percentile(double share) =>
        _pending.Count == 0 ? TimeSpan.Zero : _pending[Math.Max(0, (int)Math.Ceiling(share * _pending.Count) - 1)];
}
