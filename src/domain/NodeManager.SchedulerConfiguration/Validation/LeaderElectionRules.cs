using NodeManager.Kubernetes.Timing;
using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Timings and lock of the leader election, if enabled.</summary>
internal static class LeaderElectionRules
{
    private const string Leases = "leases";

    // Two locks concurrently, while schedulers of several releases run.
    private static readonly string[] MigrationLocks = [Leases, "endpointsleases", "configmapsleases"];
    private static readonly string[] FormerLocks = [.. MigrationLocks, "endpoints", "configmaps"];

    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context)
    {
        var path = YamlPath.Root.Key("leaderElection");
        var node = path.Find(context.Document.Root);
        if (node?.Value("leaderElect") is { } elect && YamlScalar.Resolve(elect) is false)
            yield break;
        var lease = Duration(node, "leaseDuration", 15);
        var renew = Duration(node, "renewDeadline", 10);
        var retry = Duration(node, "retryPeriod", 2);
        foreach (var (name, value) in new[] { ("leaseDuration", lease), ("renewDeadline", renew), ("retryPeriod", retry) })
            if (value <= TimeSpan.Zero)
                yield return context.Error(
                    "LeaderElectionTiming",
                    path.Key(name),
                    "must be greater than zero",
                    "Give it a duration such as 15s, or remove it."
                );
        if (lease <= renew)
            yield return context.Error(
                "LeaderElectionTiming",
                path.Key("leaseDuration"),
                $"{lease.TotalSeconds} s is not longer than renewDeadline, {renew.TotalSeconds} s",
                "Make the lease longer than the time to renew it."
            );
        // The election itself refuses this after the validation: the scheduler starts and exits immediately.
        if (renew > TimeSpan.Zero && renew <= retry * 1.2)
            yield return context.Error(
                "LeaderElectionTiming",
                path.Key("renewDeadline"),
                $"{renew.TotalSeconds} s is not longer than 1.2 times retryPeriod, {retry.TotalSeconds} s",
                "Leave time for several tries."
            );
        var allowed =
            context.Api == SchedulerApi.V1Beta1 ? FormerLocks
            : context.Minor <= 26 ? MigrationLocks
            : [Leases];
        if (ValidationContext.Text(node, "resourceLock") is { Length: > 0 } kind && !allowed.Contains(kind))
            yield return context.Error("ResourceLock", path.Key("resourceLock"), $"'{kind}' is not a kind of lock", $"Use {Leases}.");
    }

    // Zero means the default.
    private static TimeSpan Duration(YamlNode? node, string name, int otherwise) =>
        ValidationContext.Text(node, name) is { } text && GoDuration.Parse(text) is { } value && value != TimeSpan.Zero
            ? value
            : TimeSpan.FromSeconds(otherwise);
}
