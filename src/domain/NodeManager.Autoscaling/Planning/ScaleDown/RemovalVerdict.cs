namespace NodeManager.Autoscaling.Planning.ScaleDown;

/// <summary>The decision about a node that may be removed.</summary>
/// <param name="Decision">See <see cref="AutoscalerDecision"/>.</param>
/// <param name="Reason">See <see cref="AutoscalerReason"/>.</param>
/// <param name="At">When the decision changes by time alone; null: it does not.</param>
internal sealed record RemovalVerdict(string Decision, string Reason, string Message, DateTimeOffset? At = null)
{
    public static RemovalVerdict Keep(string reason, string message) => new(AutoscalerDecision.Keep, reason, message);

    public static RemovalVerdict Wait(string reason, string message, DateTimeOffset? at = null) =>
        new(AutoscalerDecision.Wait, reason, message, at);
}
