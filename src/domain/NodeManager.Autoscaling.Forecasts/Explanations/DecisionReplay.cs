using NodeManager.Autoscaling.Decisions;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;

namespace NodeManager.Autoscaling.Forecasts.Explanations;

/// <summary>The decisions of autoscalers at an earlier time.</summary>
public static class DecisionReplay
{
    /// <summary>The latest decision for each target at a time, the oldest first.</summary>
    /// <param name="ns">The namespace of the autoscaler's resources.</param>
    /// <param name="observer">
    /// Warned if the log does not reach back that far, and of changes of the leader, which may have lost entries.
    /// </param>
    public static async Task<IReadOnlyList<NodeScaleDecision>> ReadAsync(
        NodeManagerSession session,
        string ns,
        DateTimeOffset at,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<NodeScaleDecision> log = await DecisionReader.ReadAsync(session, ns, cancellationToken);
        if (log.Count == 0)
            observer.Warning($"No autoscaler has recorded a decision in namespace '{ns}'.");
        else if (log[0].At > at)
            observer.Warning($"The log of decisions begins at {log[0].At:u}; earlier decisions are not available.");
        IReadOnlyList<NodeScaleDecision> decisions = DecisionReader.At(log, at);
        if (DecisionReader.LostAfter(log, at) is var (next, last))
            observer.Warning(
                $"The leader changed at {next.At:u}. What the former leader decided after {last.At:u} may be missing: {next.Reason}"
            );
        if (DecisionReader.LostBefore(log, at) is { } takeover)
            observer.Warning($"The leader changed at {takeover.At:u}: {takeover.Reason}");
        return decisions;
    }

    /// <summary>As above, with a time before now by the cluster's clock.</summary>
    public static Task<IReadOnlyList<NodeScaleDecision>> ReadAsync(
        NodeManagerSession session,
        string ns,
        TimeSpan ago,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) => ReadAsync(session, ns, session.Connection().Time.GetUtcNow() - ago, observer, cancellationToken);
}
