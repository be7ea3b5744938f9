namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>The status of a pod as its kubelet reports it.</summary>
internal static class PodStatusWriter
{
    private const int LostExitCode = 255;

    // Versions in which these fields are on by default.
    private const int NetworkConditionFrom = 29;
    private const int HostAddressesFrom = 29;
    private const int ResourcesFrom = 33;

    /// <param name="pod">Its status is written.</param>
    public static void Write(JsonObject pod, PodReport report)
    {
        JsonObject status = pod.Ensure("status");
        status["phase"] = report.Phase;
        status.Default("startTime", report.Now);
        status["hostIP"] = report.HostAddress;
        if (report.Minor >= HostAddressesFrom)
            status["hostIPs"] = Addresses(report.HostAddress);
        if (report.PodAddress.Length > 0)
        {
            status["podIP"] = report.PodAddress;
            status["podIPs"] = Addresses(report.PodAddress);
        }

        string started = status.Text("startTime") ?? report.Now;
        bool isNew = report.Phase == "Pending";
        status["containerStatuses"] = Statuses(pod, "containers", report, (container, since, id) => State(container, since, id, report));
        if (pod.Object("spec").Array("initContainers") is { Count: > 0 })
            status["initContainerStatuses"] = Statuses(
                pod,
                "initContainers",
                report,
                (container, since, id) =>
                    isNew ? ContainerStates.Waiting("PodInitializing")
                    : container.Text("restartPolicy") == "Always" ? State(container, since, id, report)
                    : ContainerStates.Ended(0, started, started, id)
            );
        WriteConditions(pod, report);
    }

    /// <summary>Writes the conditions that follow from the phase and the state of the containers.</summary>
    private static void WriteConditions(JsonObject pod, PodReport report)
    {
        JsonObject status = pod.Ensure("status");
        long? observed = Conditions.ObservedGeneration(pod, report.Minor);
        if (observed is { } generation)
            status["observedGeneration"] = generation;
        string? reason = report.Phase switch
        {
            _ when report.IsReady => null,
            "Succeeded" => "PodCompleted",
            "Failed" => "PodFailed",
            _ => "ContainersNotReady",
        };
        string? message =
            reason == "ContainersNotReady" ? $"containers with unready status: [{string.Join(' ', UnreadyNames(status))}]" : null;
        if (report.Minor >= NetworkConditionFrom)
            Set("PodReadyToStartContainers", !report.IsOver && report.PodAddress.Length > 0);
        string[] waiting =
        [
            .. status
                .Objects("initContainerStatuses")
                .Where(one => one.Object("state").Object("waiting") is not null)
                .Select(static one => one.Text("name") ?? ""),
        ];
        if (waiting.Length > 0)
            Set("Initialized", false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', waiting)}]");
        else
            Set("Initialized", true, report.Phase == "Succeeded" ? "PodCompleted" : null);
        Set("Ready", report.IsReady, reason, message);
        Set("ContainersReady", report.IsReady, reason, message);
        Set("PodScheduled", true);
        // The scheduler wrote it first; a kubelet lists it last.
        status.MoveConditionToEnd("PodScheduled");

        void Set(string type, bool isTrue, string? why = null, string? text = null) =>
            status.SetPodCondition(type, isTrue ? "True" : "False", report.Now, why, text, observed);
    }

    /// <summary>Terminates the containers of a pod that ends; its phase becomes terminal as from 1.27 on.</summary>
    /// <param name="pod">Its status is written.</param>
    public static void End(JsonObject pod, int exitCode, string now, int minor, string? reason = null)
    {
        JsonObject status = pod.Ensure("status");
        EndContainers(status, exitCode, now, reason);
        WriteConditions(
            pod,
            new()
            {
                Phase = (string)
                    (status["phase"] = minor >= TerminalPhaseFrom ? (exitCode == 0 ? "Succeeded" : "Failed") : status.Text("phase"))!,
                Now = now,
                HostAddress = "",
                Minor = minor,
            }
        );
    }

    private const int TerminalPhaseFrom = 27;

    /// <summary>Terminates running containers.</summary>
    public static void EndContainers(JsonObject status, int exitCode, string now, string? reason = null)
    {
        foreach (string list in (ReadOnlySpan<string>)["containerStatuses", "ephemeralContainerStatuses"])
        {
            foreach (JsonObject container in status.Objects(list))
            {
                container["ready"] = false;
                container["started"] = false;
                if (container.Object("state").Object("running") is { } running)
                    container["state"] = ContainerStates.Ended(
                        exitCode,
                        running.Text("startedAt") ?? now,
                        now,
                        container.Text("containerID"),
                        reason
                    );
            }
        }
    }

    /// <summary>Starts ephemeral containers; returns those that are new.</summary>
    /// <param name="pod">Its status is written.</param>
    public static List<string> StartEphemeral(JsonObject pod, string now, int minor)
    {
        List<string> started = [];
        JsonObject status = pod.Ensure("status");
        if (Conditions.ObservedGeneration(pod, minor) is { } observed)
            status["observedGeneration"] = observed;
        foreach (JsonObject container in pod.Object("spec").Objects("ephemeralContainers"))
        {
            string name = container.Text("name") ?? "",
                image = container.Text("image") ?? "";
            if (status.Objects("ephemeralContainerStatuses").Any(one => one.Text("name") == name))
                continue;
            if (status["ephemeralContainerStatuses"] is not JsonArray statuses)
                status["ephemeralContainerStatuses"] = statuses = [];
            statuses.Add(
                new JsonObject
                {
                    ["name"] = name,
                    ["state"] = ContainerStates.Running(now),
                    ["lastState"] = new JsonObject(),
                    ["ready"] = false,
                    ["restartCount"] = 0,
                    ["image"] = image,
                    ["imageID"] = $"sandbox://{image}",
                    ["containerID"] = ContainerStates.Id(pod.Object("metadata").Text("uid") ?? "", name, 0),
                }
            );
            started.Add(name);
        }

        return started;
    }

    /// <summary>True if no container runs.</summary>
    public static bool HasEnded(JsonObject pod) =>
        pod.Object("status").Objects("containerStatuses").All(static one => one.Object("state").Object("running") is null);

    /// <summary>After a power cycle: containers are terminated without an exit code and restarted by the restart policy.</summary>
    /// <param name="pod">Its status is written.</param>
    public static void Restart(JsonObject pod, string now)
    {
        JsonObject status = pod.Ensure("status");
        string uid = pod.Object("metadata").Text("uid") ?? "";
        bool comesBack = pod.Object("spec").Text("restartPolicy") != "Never";
        foreach (string list in (ReadOnlySpan<string>)["containerStatuses", "initContainerStatuses"])
        {
            foreach (JsonObject container in status.Objects(list))
            {
                if (container.Object("state").Object("running") is not { } running)
                    continue;
                JsonObject lost = ContainerStates.Ended(
                    LostExitCode,
                    running.Text("startedAt") ?? now,
                    now,
                    container.Text("containerID"),
                    "Unknown"
                );
                container["state"] = lost;
                if (comesBack)
                    RestartContainer(container, uid, now, (container.Number("restartCount") ?? 0) + 1);
            }
        }
    }

    /// <summary>Terminates the containers of a pod that was terminating when its machine went off.</summary>
    /// <param name="pod">Its status is written.</param>
    public static void Lose(JsonObject pod, string now, int minor) => End(pod, LostExitCode, now, minor, "Unknown");

    /// <summary>Starts a container that has ended.</summary>
    public static void RestartContainer(JsonObject container, string uid, string now, long restarts)
    {
        if (container.Object("state").Object("terminated") is not null)
            container["lastState"] = container["state"]!.DeepClone();
        container["restartCount"] = restarts;
        container["containerID"] = ContainerStates.Id(uid, container.Text("name") ?? "", restarts);
        container["state"] = ContainerStates.Running(now);
        container["started"] = true;
    }

    private static JsonObject State(JsonObject container, string since, string? id, PodReport report)
    {
        if (report.IsOver)
            return ContainerStates.Ended(report.ExitCode ?? (report.Phase == "Failed" ? 1 : 0), since, report.Now, id);
        if (report.Phase == "Running")
            return ContainerStates.Running(since);
        if (report.PodAddress.Length > 0 && ImagePulls.IsMissing(container.Text("image")))
            return ImagePulls.Waiting(container, report.IsPullBackedOff);
        return report.PodAddress.Length > 0 ? ContainerStates.Running(since) : ContainerStates.Waiting("ContainerCreating");
    }

    private static JsonArray Statuses(JsonObject pod, string list, PodReport report, Func<JsonObject, string, string?, JsonObject> state)
    {
        Dictionary<string, JsonObject> known = Known(
            pod.Object("status").Array(list == "containers" ? "containerStatuses" : "initContainerStatuses")
        );
        string uid = pod.Object("metadata").Text("uid") ?? "";
        JsonArray statuses = [];
        foreach (JsonObject container in pod.Object("spec").Objects(list))
        {
            JsonObject? before = known.GetValueOrDefault(container.Text("name") ?? "");
            statuses.Add(Status(container, before, list == "initContainers", uid, report, state));
        }

        return statuses;
    }

    private static JsonObject Status(
        JsonObject container,
        JsonObject? before,
        bool isInit,
        string uid,
        PodReport report,
        Func<JsonObject, string, string?, JsonObject> state
    )
    {
        string name = container.Text("name") ?? "",
            image = container.Text("image") ?? "";
        long restarts = before.Number("restartCount") ?? 0;
        string id = before.Text("containerID") ?? ContainerStates.Id(uid, name, restarts);
        string since = before.Object("state").Object("running").Text("startedAt") ?? report.Now;
        // Only PodRunStatus restarts containers.
        bool isKept =
            before.Object("state").Object("terminated") is not null
            || (report.Phase == "Running" && before.Object("state").Object("waiting").Text("reason") == PodRunStatus.BackOff);
        JsonObject now = isKept ? before.Object("state")!.DeepClone().AsObject() : state(container, since, id);
        bool isRunning = now["running"] is not null,
            hasStarted = now["waiting"] is null;
        JsonObject status = new()
        {
            ["name"] = name,
            ["state"] = now,
            ["lastState"] = before?["lastState"]?.DeepClone() ?? new JsonObject(),
            ["ready"] = isRunning ? report.IsReady : isInit && hasStarted,
            ["restartCount"] = restarts,
            ["image"] = image,
            ["imageID"] = hasStarted ? $"sandbox://{image}" : "",
            ["started"] = isRunning,
        };
        if (hasStarted)
            status["containerID"] = id;
        if (report.Minor >= ResourcesFrom && hasStarted && container.Object("resources") is { Count: > 0 } resources)
        {
            if (resources["requests"] is { } requests)
                status["allocatedResources"] = requests.DeepClone();
            status["resources"] = resources.DeepClone();
        }

        return status;
    }

    private static Dictionary<string, JsonObject> Known(JsonArray? statuses) =>
        (statuses ?? [])
            .OfType<JsonObject>()
            .GroupBy(static one => one.Text("name") ?? "", StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.First());

    private static JsonArray Addresses(string address) => [new JsonObject { ["ip"] = address }];

    private static IEnumerable<string> UnreadyNames(JsonObject status) =>
        status.Objects("containerStatuses").Where(static one => one.Flag("ready") != true).Select(static one => one.Text("name") ?? "");
}
