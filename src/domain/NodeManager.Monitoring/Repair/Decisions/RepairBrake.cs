using System.Globalization;

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>
/// Limits the repairs that may start. When many nodes fail together, the cause is seldom the nodes, and repairs would remove the rest:
/// below the minimum, running repairs continue and no new one starts. After such a storm none starts before the cluster has been healthy
/// for a while.
/// </summary>
/// <param name="MinHealthy">How many of the selected nodes must be healthy.</param>
/// <param name="Cooldown">How long enough nodes must have been healthy after a storm.</param>
/// <param name="PerPool">How many nodes of one pool may be in repair.</param>
internal sealed record RepairBrake(HealthyMinimum MinHealthy, TimeSpan Cooldown, int PerPool)
{
    /// <param name="before">The last decision; null for the first.</param>
    /// <param name="nodes">All selected nodes; null during an outage of the API server or watch.</param>
    public BrakeDecision Judge(BrakeDecision? before, IReadOnlyList<FleetNode>? nodes, DateTimeOffset now)
    {
        if (nodes is null)
            return new(BrakeState.Blind, [], "Cannot reach the API server; the state of the nodes is unknown.");
        int healthy = nodes.Count(static node => node.Counts),
            required = MinHealthy.Of(nodes.Count);
        string count = string.Create(CultureInfo.InvariantCulture, $"{healthy:N0} of {nodes.Count:N0} nodes are healthy");
        if (healthy < required)
            return new(BrakeState.Held, [], string.Create(CultureInfo.InvariantCulture, $"{count}, {required:N0} are required."));

        DateTimeOffset? until = before?.State switch
        {
            BrakeState.Held or BrakeState.Blind => now + Cooldown,
            BrakeState.CoolingDown => before.Until,
            null => EndOfStorm(nodes, required, now),
            _ => null,
        };
        if (now < until)
            return new(BrakeState.CoolingDown, [], $"{count} again; repairs wait for the cool-down.") { Until = until };

        Dictionary<string, int> busy = nodes
            .Where(static node => node.IsInRepair)
            .CountBy(static node => node.Pool)
            .ToDictionary(StringComparer.Ordinal);
        List<string> may = [];
        foreach (FleetNode node in nodes.Where(static node => node.Waits).OrderBy(static node => node.Name, StringComparer.Ordinal))
        {
            int others = busy.GetValueOrDefault(node.Pool);
            if (others >= PerPool)
                continue;
            busy[node.Pool] = others + 1;
            may.Add(node.Name);
        }

        return new(BrakeState.Released, may, "");
    }

    // For the first decision: a storm has been over for as long as enough nodes have been healthy.
    private DateTimeOffset? EndOfStorm(IReadOnlyList<FleetNode> nodes, int required, DateTimeOffset now)
    {
        if (required == 0)
            return null;
        DateTimeOffset since = nodes
            .Where(static node => node.Counts)
            .Select(static node => node.HealthySince ?? DateTimeOffset.MinValue)
            .Order()
            .ElementAt(required - 1);
        return since > now - Cooldown ? since + Cooldown : null;
    }
}

/// <param name="MayStart">The nodes whose repair may start, by name.</param>
/// <param name="Reason">Why none may; empty if some may.</param>
internal sealed record BrakeDecision(BrakeState State, IReadOnlyList<string> MayStart, string Reason)
{
    /// <summary>When the cool-down ends.</summary>
    public DateTimeOffset? Until { get; init; }
}

internal enum BrakeState
{
    Released,

    /// <summary>Too few nodes are healthy.</summary>
    Held,

    /// <summary>The nodes are unknown.</summary>
    Blind,

    /// <summary>Enough nodes are healthy again, but not for long enough.</summary>
    CoolingDown,
}
