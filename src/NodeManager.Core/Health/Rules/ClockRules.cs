using System.Globalization;

namespace NodeManager.Core.Health.Rules;

/// <summary>
/// Whether the node's clock agrees with the API server's. The kubelet writes its own time into its Lease, the API server notes beside it when
/// it stored that: no third clock is compared.
/// </summary>
internal static class ClockRules
{
    public static IEnumerable<HealthSignal> Judge(HealthInput input)
    {
        if (input.Lease?.Spec.RenewTime is not { } renewed || input.LeaseWrittenAt is not { } written) yield break;
        TimeSpan ahead = renewed - written;
        if (ahead.Duration() <= input.Thresholds.ClockSkew) yield break;
        string message = string.Create(
            CultureInfo.InvariantCulture, $"The node's clock is {Math.Round(ahead.Duration().TotalSeconds)} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the API server's.");
        yield return new(
            NodeFindingCause.ClockSkew, NodeFindingSeverity.Warning, message, null,
            [new()
            {
                Kind = "Lease", Name = "kube-node-lease/" + input.Node.Metadata.Name, At = written,
                Message = $"renewed at {Text(renewed)} by the node's clock, stored at {Text(written)} by the API server's",
            }]);
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
