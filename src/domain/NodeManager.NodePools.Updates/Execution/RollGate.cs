using NodeManager.Core.Health;
using NodeManager.Core.Progress;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>What is wrong with the new machines of an update.</summary>
/// <param name="Problems">In words; none: nothing.</param>
/// <param name="IsFinal">True where waiting changes nothing.</param>
internal sealed record GateVerdict(IReadOnlyList<string> Problems, bool IsFinal)
{
    public static GateVerdict Healthy { get; } = new([], false);
}

/// <summary>Judges new nodes by the findings of Test-NodeHealth: one that is critical keeps further nodes from leaving.</summary>
internal sealed class RollGate(RollScope context)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(15);

    private GateVerdict _last = GateVerdict.Healthy;
    private DateTimeOffset _lookedAt;

    /// <summary>When the nodes are looked at again.</summary>
    public DateTimeOffset NextAt => _lookedAt + Often;

    /// <param name="nodes">New nodes that have to be healthy. A node that is not initialized yet is waited for and is not a finding.</param>
    /// <param name="mustBeNew">Something is about to be done that cannot be undone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<GateVerdict> CheckAsync(IReadOnlyList<string> nodes, bool mustBeNew, CancellationToken cancellationToken)
    {
        DateTimeOffset now = context.Scope.Now;
        if (now - _lookedAt < (mustBeNew && _last.Problems.Count == 0 ? TimeSpan.FromSeconds(1) : Often) && now >= _lookedAt)
            return _last;
        _lookedAt = now;
        if (nodes.Count == 0)
            return _last = GateVerdict.Healthy;
        IReadOnlyList<NodeHealth> health = await NodeHealthChecks.TestAsync(
            context.Scope.Session,
            new() { Names = nodes, Severity = NodeFindingSeverity.Critical },
            static _ => { },
            NullObserver.Instance,
            cancellationToken
        );
        return _last = new([.. health.SelectMany(static one => one.Findings).Select(static one => one.ToString())], false);
    }

    /// <summary>What was found is of no use any more.</summary>
    public void Forget() => (_last, _lookedAt) = (GateVerdict.Healthy, default);
}
