using NodeManager.Core.Health;
using NodeManager.Core.Progress;

namespace NodeManager.NodePools.Updates.Execution;

/// <param name="Problems">As text; none: healthy.</param>
/// <param name="IsFinal">True if waiting does not help.</param>
internal sealed record GateVerdict(IReadOnlyList<string> Problems, bool IsFinal)
{
    public static GateVerdict Healthy { get; } = new([], false);
}

/// <summary>Judges new nodes by the findings of Test-NodeHealth: a critical one stops further drains.</summary>
internal sealed class RollGate(RollScope context)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(15);

    private GateVerdict _last = GateVerdict.Healthy;
    private DateTimeOffset _lookedAt;

    /// <summary>The time of the next check.</summary>
    public DateTimeOffset NextAt => _lookedAt + Often;

    /// <param name="nodes">New nodes that have to be healthy. A node that is not initialized yet is awaited, not reported.</param>
    /// <param name="mustBeNew">True before an action that cannot be undone: does not use the last result.</param>
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

    /// <summary>Discards the last result.</summary>
    public void Invalidate() => (_last, _lookedAt) = (GateVerdict.Healthy, default);
}
