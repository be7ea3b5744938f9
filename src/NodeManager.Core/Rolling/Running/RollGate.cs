using NodeManager.Core.Autoscaling.Claims;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Autoscaling.State;
using NodeManager.Core.Health;
using NodeManager.Core.Observing;

namespace NodeManager.Core.Rolling.Running;

/// <summary>What is wrong with the new machines of an update.</summary>
/// <param name="Problems">In words; none: nothing.</param>
/// <param name="IsFinal">True where waiting changes nothing.</param>
internal sealed record GateVerdict(IReadOnlyList<string> Problems, bool IsFinal)
{
    public static GateVerdict Healthy { get; } = new([], false);
}

/// <summary>Judges new nodes by the findings of Test-NodeHealth: one that is critical keeps further nodes from leaving.</summary>
internal sealed class RollGate(RollContext context, RollBook book)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(15);

    private GateVerdict _last = GateVerdict.Healthy;
    private DateTimeOffset _lookedAt;

    /// <summary>When the nodes are looked at again.</summary>
    public DateTimeOffset NextAt => _lookedAt + Often;

    /// <param name="fresh">New machines.</param>
    /// <param name="mustBeNew">Something is about to be done that cannot be undone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<GateVerdict> CheckAsync(IReadOnlyList<NodeSmithClaim> fresh, bool mustBeNew, CancellationToken cancellationToken)
    {
        // What the update found there is not its doing.
        List<NodeSmithClaim> made = [.. fresh.Where(one => one.Metadata.CreationTimestamp >= NodeSmithConditionList.Seconds(book.Record.At))];
        List<string> failed =
        [
            .. made.Where(ClaimAttempts.HasFailed)
                .Select(static one => $"NodeSmithClaim {one.Metadata.Name} has failed: {one.Status!.Conditions.Find(NodeSmithConditions.Failed)!.Message}"),
        ];
        if (failed.Count > 0) return new(failed, true);
        DateTimeOffset now = context.Scope.Now;
        if (now - _lookedAt < (mustBeNew && _last.Problems.Count == 0 ? TimeSpan.FromSeconds(1) : Often) && now >= _lookedAt) return _last;
        _lookedAt = now;
        // A node that is not initialized yet is waited for; that is no finding.
        List<string> nodes =
        [
            .. made.Where(static one => one.Metadata.DeletionTimestamp is null && one.Status?.Conditions.IsTrue(NodeSmithConditions.Initialized) == true)
                .Select(one => context.NodeOf(one)?.Metadata.Name).OfType<string>(),
        ];
        if (nodes.Count == 0) return _last = GateVerdict.Healthy;
        IReadOnlyList<NodeHealth> health = await NodeHealthChecks.TestAsync(
            context.Scope.Session, new() { Names = nodes, Severity = NodeFindingSeverity.Critical }, static _ => { }, NullObserver.Instance, cancellationToken);
        return _last = new([.. health.SelectMany(static one => one.Findings).Select(static one => one.ToString())], false);
    }

    /// <summary>What was found is of no use any more.</summary>
    public void Forget() => (_last, _lookedAt) = (GateVerdict.Healthy, default);
}
