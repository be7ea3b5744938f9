using System.Globalization;

namespace NodeManager.Sandbox.Model.Kinds.Columns;

/// <summary>Table cells of pods: one word for the combined state of the containers.</summary>
internal static class PodCells
{
    public static string Ready(JsonObject pod)
    {
        int ready = Statuses(pod, "containerStatuses")
            .Count(static one => one.Flag("ready") == true && one.Object("state").Object("running") is not null);
        return $"{ready + ReadySidecars(pod)}/{Count(pod, "containers") + Sidecars(pod).Count()}";
    }

    public static string Status(JsonObject pod)
    {
        JsonObject? status = pod.Object("status");
        string reason = status.Text("reason") is { Length: > 0 } stated ? stated : status.Text("phase") ?? "";
        if (Condition(pod, "PodScheduled").Text("reason") == "SchedulingGated")
            reason = "SchedulingGated";
        reason = Initializing(pod) ?? Containers(pod, reason);
        if (pod.Object("metadata")?["deletionTimestamp"] is null)
            return reason;
        if (status.Text("reason") == "NodeLost")
            return "Unknown";
        return status.Text("phase") is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    public static long Restarts(JsonObject pod) => Counted(pod).Sum(static one => one.Number("restartCount") ?? 0);

    /// <summary>With the time of the last restart.</summary>
    public static string RestartText(JsonObject pod, DateTimeOffset now)
    {
        long count = Restarts(pod);
        string? last = Counted(pod)
            .Select(static one => one.Object("lastState").Object("terminated").Text("finishedAt"))
            .Where(static one => one is not null)
            .Max(StringComparer.Ordinal);
        string text = count.ToString(CultureInfo.InvariantCulture);
        return count == 0 || last is null ? text : $"{text} ({ColumnText.Since(last, now)} ago)";
    }

    public static string ReadinessGates(JsonObject pod)
    {
        string[] gates = [.. pod.Object("spec").Objects("readinessGates").Select(static gate => gate.Text("conditionType") ?? "")];
        return gates.Length == 0 ? ColumnText.None : $"{gates.Count(gate => Condition(pod, gate).Text("status") == "True")}/{gates.Length}";
    }

    // Null once the init containers have completed.
    private static string? Initializing(JsonObject pod)
    {
        JsonObject[] statuses = [.. Statuses(pod, "initContainerStatuses")];
        for (int i = 0; i < statuses.Length; i++)
        {
            JsonObject? state = statuses[i].Object("state"),
                terminated = state.Object("terminated");
            if (terminated.Number("exitCode") == 0)
                continue;
            if (statuses[i].Flag("started") == true && IsSidecar(pod, statuses[i].Text("name")))
                continue;
            if (Condition(pod, "Initialized").Text("status") == "True")
                return null;
            if (terminated is not null)
                return "Init:" + Ended(terminated);
            return state.Object("waiting").Text("reason") is { Length: > 0 } waiting and not "PodInitializing"
                ? "Init:" + waiting
                : $"Init:{i}/{Count(pod, "initContainers")}";
        }

        return null;
    }

    private static string Containers(JsonObject pod, string reason)
    {
        bool runs = false;
        foreach (JsonObject one in Statuses(pod, "containerStatuses").Reverse())
        {
            JsonObject? state = one.Object("state");
            if (state.Object("waiting").Text("reason") is { Length: > 0 } waiting)
                reason = waiting;
            else if (state.Object("terminated") is { } terminated)
                reason = Ended(terminated);
            else if (one.Flag("ready") == true && state.Object("running") is not null)
                runs = true;
        }

        return reason != "Completed" || !runs ? reason
            : Condition(pod, "Ready").Text("status") == "True" ? "Running"
            : "NotReady";
    }

    private static string Ended(JsonObject terminated) =>
        terminated.Text("reason") is { Length: > 0 } reason ? reason
        : terminated.Number("signal") is > 0 and var signal ? $"Signal:{signal}"
        : $"ExitCode:{terminated.Number("exitCode") ?? 0}";

    private static IEnumerable<JsonObject> Statuses(JsonObject pod, string member) => pod.Object("status").Objects(member);

    private static IEnumerable<JsonObject> Counted(JsonObject pod) =>
        Statuses(pod, "containerStatuses")
            .Concat(Initializing(pod) is null ? SidecarStatuses(pod) : Statuses(pod, "initContainerStatuses"));

    private static int Count(JsonObject pod, string member) => pod.Object("spec").Array(member)?.Count ?? 0;

    private static IEnumerable<string?> Sidecars(JsonObject pod) =>
        pod.Object("spec")
            .Objects("initContainers")
            .Where(static one => one.Text("restartPolicy") == "Always")
            .Select(static one => one.Text("name"));

    private static bool IsSidecar(JsonObject pod, string? name) => Sidecars(pod).Contains(name);

    private static IEnumerable<JsonObject> SidecarStatuses(JsonObject pod) =>
        Statuses(pod, "initContainerStatuses").Where(one => IsSidecar(pod, one.Text("name")));

    private static int ReadySidecars(JsonObject pod) => SidecarStatuses(pod).Count(static one => one.Flag("ready") == true);

    private static JsonObject? Condition(JsonObject pod, string type) => pod.Object("status").Condition(type);
}
