using System.Globalization;

namespace NodeManager.Core.Health.Checks;

/// <summary>
/// Compares the node's clock with the API server's. The kubelet writes its time into its Lease, and the API server records when it stored
/// that, so no third clock is involved. API servers before 1.25 do not record it: then a single check compares with the present, and a slow
/// clock shows as an expired Lease on a ready node.
/// </summary>
internal static class ClockRules
{
    // By then the control plane has detected a kubelet that does not renew its Lease.
    private static readonly TimeSpan ExpiredFor = TimeSpan.FromMinutes(2);

    public static IEnumerable<HealthSignal> Judge(HealthInput input)
    {
        if (input.Lease?.Spec.RenewTime is not { } renewed)
            yield break;
        DateTimeOffset? written = input.LeaseWrittenAt;
        if (written is null && input.LeaseSeenRenewedAt is not null)
            yield break;
        TimeSpan skew = renewed - (written ?? input.Now);
        if (skew.Duration() <= input.Thresholds.ClockSkew)
            yield break;
        if (written is null && skew < TimeSpan.Zero && !(input.Condition("Ready")?.Status == "True" && skew < -ExpiredFor))
            yield break;
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The node's clock is {Math.Round(skew.Duration().TotalSeconds)} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the API server's."
        );
        yield return new(
            NodeFindingCause.ClockSkew,
            NodeFindingSeverity.Warning,
            message,
            null,
            [
                new()
                {
                    Kind = "Lease",
                    Name = "kube-node-lease/" + input.Node.Metadata.Name,
                    At = written ?? renewed,
                    Message = written is { } stored
                        ? $"renewed at {Text(renewed)} by the node's clock, stored at {Text(stored)} by the API server's"
                        : $"renewed at {Text(renewed)} by the node's clock, read at {Text(input.Now)} by the API server's",
                },
            ]
        );
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
