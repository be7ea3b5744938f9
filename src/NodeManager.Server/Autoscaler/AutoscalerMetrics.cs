using NodeManager.Autoscaling.Host;
using NodeManager.Server.Metrics;

namespace NodeManager.Server.Autoscaler;

/// <summary>Autoscaler metrics in Prometheus' text format 0.0.4. Pure except for CPU and memory of the process.</summary>
internal static class AutoscalerMetrics
{
    private const string Prefix = "nodemanager_autoscaler_";

    /// <param name="activity">Null: it does not run.</param>
    public static string Format(AutoscalerActivity? activity)
    {
        var text = new PrometheusWriter();
        Family(text, "up", "gauge", "1 while the autoscaler runs.", [("", activity is null ? 0 : 1)]);
        if (activity is not null)
            Describe(text, activity);
        text.Process();
        return text.ToString();
    }

    private static void Describe(PrometheusWriter text, AutoscalerActivity activity)
    {
        Family(text, "leader", "gauge", "1 where this process holds the lease and acts.", [("", activity.IsLeader ? 1 : 0)]);
        Family(
            text,
            "start_time_seconds",
            "gauge",
            "When the autoscaler started, in seconds since 1970.",
            [("", Seconds(activity.StartedAt))]
        );
        Family(
            text,
            "queue_items",
            "gauge",
            "Objects that wait, are worked on, or come again later.",
            [
                (Label("state", "waiting"), activity.Queue.Waiting),
                (Label("state", "working"), activity.Queue.Working),
                (Label("state", "delayed"), activity.Queue.Delayed),
            ]
        );
        Family(text, "failures_total", "counter", "Attempts that ended with an error and were repeated.", [("", activity.Failures)]);
        Family(
            text,
            "decisions_total",
            "counter",
            "Decisions that were noted.",
            activity.Decisions.Select(static one => (Label("decision", one.Key), (double)one.Value))
        );
        // A counter that appears with 1 has no increase, and alerts would miss the first machine.
        Family(
            text,
            "contradictions_total",
            "counter",
            "Machines that did not take the pods that they were created for.",
            activity
                .Pools.Select(static pool => pool.Name)
                .Union(activity.Contradictions.Keys, StringComparer.Ordinal)
                .Select(pool => (Label("pool", pool), (double)activity.Contradictions.GetValueOrDefault(pool)))
        );
        Summary(text, activity);
        if (!activity.IsLeader)
            return;
        Family(
            text,
            "pods",
            "gauge",
            "Pods without a node, by what the last plan decides of them.",
            activity.Pods.Select(static one => (Label("decision", one.Key), (double)one.Value))
        );
        Pools(text, activity, "pool_nodes", "Nodes of the pool.", static pool => pool.Nodes);
        Pools(text, activity, "pool_ready_nodes", "Nodes of the pool that are ready.", static pool => pool.ReadyNodes);
        Pools(text, activity, "pool_claims", "Claims of the pool.", static pool => pool.Claims);
        Pools(text, activity, "pool_min_nodes", "limits.minNodes of the pool.", static pool => pool.MinNodes);
        Pools(text, activity, "pool_max_nodes", "limits.maxNodes of the pool; 0 is unlimited.", static pool => pool.MaxNodes);
    }

    private static void Summary(PrometheusWriter text, AutoscalerActivity activity)
    {
        const string Name = Prefix + "plan_duration_seconds";
        text.Header(Name, "summary", "How long plans took, in seconds.");
        text.Sample(Name + "_sum", "", activity.Plans.Time.TotalSeconds);
        text.Sample(Name + "_count", "", activity.Plans.Count);
        if (activity.Plans.Last is { } last)
            Family(text, "last_plan_timestamp_seconds", "gauge", "Time of the latest plan, in seconds since 1970.", [("", Seconds(last))]);
    }

    private static void Pools(
        PrometheusWriter text,
        AutoscalerActivity activity,
        string name,
        string help,
        Func<AutoscalerPoolActivity, double> value
    ) => Family(text, name, "gauge", help, activity.Pools.Select(pool => (Label("pool", pool.Name), value(pool))));

    private static void Family(
        PrometheusWriter text,
        string name,
        string type,
        string help,
        IEnumerable<(string Labels, double Value)> samples
    ) => text.Family(Prefix + name, type, help, samples);

    private static string Label(string name, string value) => PrometheusWriter.Labels((name, value));

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;
}
