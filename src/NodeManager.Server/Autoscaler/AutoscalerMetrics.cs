using System.Globalization;
using System.Text;
using NodeManager.Core.Autoscaling.Running;

namespace NodeManager.Server.Autoscaler;

/// <summary>The state of an autoscaler in Prometheus' text format, version 0.0.4. Pure, but for the process' own use of CPU and memory.</summary>
internal static class AutoscalerMetrics
{
    private const string Prefix = "nodemanager_autoscaler_";

    /// <param name="activity">Null: it does not run.</param>
    public static string Format(AutoscalerActivity? activity)
    {
        var text = new StringBuilder();
        Family(text, "up", "gauge", "1 while the autoscaler runs.", [("", activity is null ? 0 : 1)]);
        if (activity is not null) Describe(text, activity);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Family(text, "process_cpu_seconds_total", "counter", "CPU time that the process has used, in seconds.", [("", process.TotalProcessorTime.TotalSeconds)], prefix: "");
        Family(text, "process_resident_memory_bytes", "gauge", "Resident memory, in bytes.", [("", process.WorkingSet64)], prefix: "");
        return text.ToString();
    }

    private static void Describe(StringBuilder text, AutoscalerActivity activity)
    {
        Family(text, "leader", "gauge", "1 where this process holds the lease and acts.", [("", activity.IsLeader ? 1 : 0)]);
        Family(text, "start_time_seconds", "gauge", "When the autoscaler started, in seconds since 1970.", [("", Seconds(activity.StartedAt))]);
        Family(text, "queue_items", "gauge", "Objects that wait, are worked on, or come again later.",
            [(Label("state", "waiting"), activity.Queue.Waiting), (Label("state", "working"), activity.Queue.Working), (Label("state", "delayed"), activity.Queue.Delayed)]);
        Family(text, "failures_total", "counter", "Attempts that ended with an error and were repeated.", [("", activity.Failures)]);
        Family(text, "decisions_total", "counter", "Decisions that were noted.", activity.Decisions.Select(static one => (Label("decision", one.Key), (double)one.Value)));
        Summary(text, activity);
        if (!activity.IsLeader) return;
        Family(text, "pods", "gauge", "Pods without a node, by what the last plan decides of them.", activity.Pods.Select(static one => (Label("decision", one.Key), (double)one.Value)));
        Pools(text, activity, "pool_nodes", "Nodes of the pool.", static pool => pool.Nodes);
        Pools(text, activity, "pool_ready_nodes", "Nodes of the pool that are ready.", static pool => pool.ReadyNodes);
        Pools(text, activity, "pool_claims", "Claims of the pool.", static pool => pool.Claims);
        Pools(text, activity, "pool_min_nodes", "limits.minNodes of the pool.", static pool => pool.MinNodes);
        Pools(text, activity, "pool_max_nodes", "limits.maxNodes of the pool; 0 is unlimited.", static pool => pool.MaxNodes);
    }

    private static void Summary(StringBuilder text, AutoscalerActivity activity)
    {
        const string Name = Prefix + "plan_duration_seconds";
        Header(text, Name, "summary", "How long plans took, in seconds.");
        Sample(text, Name + "_sum", "", activity.Plans.Time.TotalSeconds);
        Sample(text, Name + "_count", "", activity.Plans.Count);
        if (activity.Plans.Last is { } last) Family(text, "last_plan_timestamp_seconds", "gauge", "When the last plan was made, in seconds since 1970.", [("", Seconds(last))]);
    }

    private static void Pools(StringBuilder text, AutoscalerActivity activity, string name, string help, Func<AutoscalerPoolActivity, double> value) =>
        Family(text, name, "gauge", help, activity.Pools.Select(pool => (Label("pool", pool.Name), value(pool))));

    private static void Family(StringBuilder text, string name, string type, string help, IEnumerable<(string Labels, double Value)> samples, string prefix = Prefix)
    {
        Header(text, prefix + name, type, help);
        foreach ((string labels, double value) in samples.OrderBy(static one => one.Labels, StringComparer.Ordinal)) Sample(text, prefix + name, labels, value);
    }

    private static void Header(StringBuilder text, string name, string type, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Sample(StringBuilder text, string name, string labels, double value) => text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value:R}\n");

    private static string Label(string name, string value) =>
        $"{{{name}=\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"}}";

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;
}
