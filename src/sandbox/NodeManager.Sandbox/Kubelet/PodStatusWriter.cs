using System.Globalization;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>The status of a pod as its kubelet reports it.</summary>
internal static class PodStatusWriter
{
    private const int LostExitCode = 255;

    /// <param name="pod">Its status is written.</param>
    /// <param name="phase">Running, Succeeded or Failed.</param>
    /// <param name="isReady">True for running pods that are ready.</param>
    /// <param name="isCrashing">In CrashLoopBackOff.</param>
    /// <param name="exitCode">Of a completed pod's containers; null: 0, or 1 if it failed.</param>
    public static void Write(
        JsonObject pod,
        string phase,
        bool isReady,
        bool isCrashing,
        string now,
        string hostAddress,
        string podAddress,
        int? exitCode = null
    )
    {
        JsonObject status = pod.Ensure("status");
        status["phase"] = phase;
        status.Default("startTime", now);
        status["hostIP"] = hostAddress;
        status["podIP"] = podAddress;
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = podAddress });
        bool isOver = phase is "Succeeded" or "Failed";
        string? reason = phase switch
        {
            _ when isReady => null,
            "Succeeded" => "PodCompleted",
            "Failed" => "PodFailed",
            _ => "ContainersNotReady",
        };
        string value = isReady ? "True" : "False";
        string? message = reason == "ContainersNotReady" ? $"containers with unready status: [{string.Join(' ', Names(pod))}]" : null;
        status.SetPodCondition("Initialized", "True", now);
        status.SetPodCondition("Ready", value, now, reason, message);
        status.SetPodCondition("ContainersReady", value, now, reason, message);
        status.SetPodCondition("PodScheduled", "True", now);
        // The scheduler wrote it first; a kubelet lists it last.
        status.MoveConditionToEnd("PodScheduled");
        string started = status.Text("startTime") ?? now;
        var report = new PodReport(isOver, isReady, isCrashing, started);
        status["containerStatuses"] = Statuses(pod, "containers", report, Running);
        if (pod.Object("spec").Array("initContainers") is { Count: > 0 })
            status["initContainerStatuses"] = Statuses(
                pod,
                "initContainers",
                report,
                (container, since) => container.Text("restartPolicy") == "Always" ? Running(container, since) : Ended(0, started, started)
            );

        JsonObject Running(JsonObject container, string since)
        {
            if (isOver)
                return Ended(exitCode ?? (phase == "Failed" ? 1 : 0), since, now);
            return isCrashing
                ? new()
                {
                    ["waiting"] = new JsonObject
                    {
                        ["reason"] = "CrashLoopBackOff",
                        ["message"] = $"back-off 5m0s restarting failed container={container.Text("name")}",
                    },
                }
                : new() { ["running"] = new JsonObject { ["startedAt"] = since } };
        }
    }

    private static JsonArray Statuses(JsonObject pod, string list, PodReport report, Func<JsonObject, string, JsonObject> state)
    {
        Dictionary<string, JsonObject> known = Known(
            pod.Object("status").Array(list == "containers" ? "containerStatuses" : "initContainerStatuses")
        );
        string uid = pod.Object("metadata").Text("uid") ?? "";
        JsonArray statuses = [];
        foreach (JsonObject container in pod.Object("spec").Array(list)!.OfType<JsonObject>())
        {
            string name = container.Text("name") ?? "",
                image = container.Text("image") ?? "";
            JsonObject? before = known.GetValueOrDefault(name);
            JsonObject? ended =
                report.IsOver && before.Object("state").Object("terminated") is not null
                    ? before.Object("state")!.DeepClone().AsObject()
                    : null;
            JsonObject now = ended ?? state(container, before.Object("state").Object("running").Text("startedAt") ?? report.StartedAt);
            bool isRunning = now["running"] is not null;
            long restarts = before.Number("restartCount") ?? 0;
            bool isCrashing = report.IsCrashing && list == "containers";
            statuses.Add(
                new JsonObject
                {
                    ["name"] = name,
                    ["image"] = image,
                    ["imageID"] = $"sandbox://{image}",
                    ["containerID"] = before.Text("containerID") ?? ContainerId(uid, name, restarts),
                    ["state"] = now,
                    ["lastState"] = isCrashing
                        ? Ended(1, report.StartedAt, report.StartedAt)
                        : before?["lastState"]?.DeepClone() ?? new JsonObject(),
                    ["ready"] = isRunning ? report.IsReady : list == "initContainers",
                    ["started"] = isRunning,
                    ["restartCount"] = isCrashing ? Math.Max(7, restarts) : restarts,
                }
            );
        }
        return statuses;
    }

    /// <summary>Terminates running containers.</summary>
    public static void End(JsonObject status, int exitCode, string now)
    {
        foreach (JsonObject container in status.Objects("containerStatuses"))
        {
            container["ready"] = false;
            container["started"] = false;
            if (container.Object("state").Object("running") is { } running)
                container["state"] = Ended(exitCode, running.Text("startedAt") ?? now, now);
        }
    }

    /// <summary>After a power cycle: containers are terminated without an exit code and restarted by the restart policy.</summary>
    /// <param name="pod">Its status is written.</param>
    public static void Restart(JsonObject pod, string now)
    {
        bool comesBack = pod.Object("spec").Text("restartPolicy") != "Never";
        string uid = pod.Object("metadata").Text("uid") ?? "";
        foreach (string list in (ReadOnlySpan<string>)["containerStatuses", "initContainerStatuses"])
        {
            foreach (JsonObject container in pod.Object("status").Objects(list))
            {
                if (container.Object("state").Object("running") is not { } running)
                    continue;
                JsonObject lost = Ended(LostExitCode, running.Text("startedAt") ?? now, now);
                lost["terminated"]!["reason"] = "Unknown";
                lost["terminated"]!["containerID"] = container["containerID"]?.DeepClone();
                if (!comesBack)
                {
                    container["state"] = lost;
                    continue;
                }

                long restarts = (container.Number("restartCount") ?? 0) + 1;
                container["lastState"] = lost;
                container["restartCount"] = restarts;
                container["containerID"] = ContainerId(uid, container.Text("name") ?? "", restarts);
                container["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } };
            }
        }
    }

    private static Dictionary<string, JsonObject> Known(JsonArray? statuses) =>
        (statuses ?? [])
            .OfType<JsonObject>()
            .GroupBy(static one => one.Text("name") ?? "", StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.First());

    public static string ContainerId(string uid, string name, long restarts)
    {
        string which = restarts == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}/{restarts}");
        return $"containerd://{StableHash.Of(uid + which):x8}{StableHash.Of(which + uid):x8}";
    }

    private static JsonObject Ended(int exitCode, string started, string finished) =>
        new()
        {
            ["terminated"] = new JsonObject
            {
                ["exitCode"] = exitCode,
                ["reason"] = exitCode == 0 ? "Completed" : "Error",
                ["startedAt"] = started,
                ["finishedAt"] = finished,
            },
        };

    private static IEnumerable<string> Names(JsonObject pod) =>
        pod.Object("spec").Objects("containers").Select(container => container.Text("name") ?? "");

    private readonly record struct PodReport(bool IsOver, bool IsReady, bool IsCrashing, string StartedAt);
}
