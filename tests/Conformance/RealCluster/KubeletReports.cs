using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Conformance.RealCluster;

/// <summary>The statuses that a kubelet reports, as strategic patches.</summary>
internal static class KubeletReports
{
    /// <summary>What the node's conditions should be.</summary>
    public static IReadOnlyDictionary<string, string> Conditions(Node node)
    {
        IReadOnlyList<string> pressures = KubeletAnnotations.Pressures(node);
        var conditions = ((string[])["MemoryPressure", "DiskPressure", "PIDPressure"]).ToDictionary(
            t => t,
            t => Truth(pressures.Contains(t))
        );
        conditions["Ready"] = Truth(KubeletAnnotations.IsReady(node));
        return conditions;
    }

    public static JsonObject Node(Node node)
    {
        string now = Now();
        Dictionary<string, Condition> before = (node.Status.Conditions ?? []).ToDictionary(c => c.Type);
        var conditions = new JsonArray();
        foreach ((string type, string status) in Conditions(node))
        {
            bool same = before.TryGetValue(type, out Condition? old) && old.Status == status && old.LastTransitionTime is not null;
            conditions.Add(
                new JsonObject
                {
                    ["type"] = type,
                    ["status"] = status,
                    ["reason"] =
                        type != "Ready" ? $"KubeletHas{(status == "True" ? "" : "No")}{type}"
                        : status == "True" ? "KubeletReady"
                        : "KubeletNotReady",
                    ["message"] = "reported by a simulated kubelet",
                    ["lastHeartbeatTime"] = now,
                    ["lastTransitionTime"] = same ? Text(old!.LastTransitionTime!.Value) : now,
                }
            );
        }

        JsonObject report = new() { ["conditions"] = conditions };
        if (KubeletAnnotations.BootId(node) is { Length: > 0 } boot)
            report["nodeInfo"] = new JsonObject { ["bootID"] = boot };
        return new JsonObject { ["status"] = report };
    }

    public static JsonObject Lease(string node) =>
        new()
        {
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = node,
                ["leaseDurationSeconds"] = 40,
                ["renewTime"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            },
        };

    public static JsonObject Pod(Pod pod, string phase)
    {
        string now = Now();
        string started = pod.Status.StartTime is { } start ? Text(start) : now;
        bool crashing = phase == "Running" && KubeletAnnotations.IsCrashing(pod);
        bool ready = phase == "Running" && KubeletAnnotations.IsReady(pod);
        var containers = new JsonArray();
        foreach (Container container in pod.Spec.Containers)
            containers.Add(ContainerStatus(container, State(phase, crashing, started, now), ready, crashing));

        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
            ["status"] = new JsonObject
            {
                ["phase"] = phase,
                ["hostIP"] = "127.0.0.1",
                ["podIP"] = "10.244.0.1",
                ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = "10.244.0.1" }),
                ["startTime"] = started,
                ["conditions"] = new JsonArray(
                    Condition("Initialized", true, now),
                    Condition("PodScheduled", true, now),
                    Condition("ContainersReady", ready, now),
                    Condition("Ready", ready, now)
                ),
                ["containerStatuses"] = containers,
            },
        };
    }

    private static JsonObject ContainerStatus(Container container, JsonObject state, bool ready, bool crashing) =>
        new()
        {
            ["name"] = container.Name,
            ["image"] = container.Image,
            ["imageID"] = "",
            ["ready"] = ready,
            ["restartCount"] = crashing ? 7 : 0,
            ["state"] = state,
            ["lastState"] = crashing ? state.DeepClone() : new JsonObject(),
        };

    private static JsonObject State(string phase, bool crashing, string started, string now) =>
        phase switch
        {
            "Succeeded" or "Failed" => new()
            {
                ["terminated"] = new JsonObject
                {
                    ["exitCode"] = phase == "Failed" ? 1 : 0,
                    ["reason"] = phase == "Failed" ? "Error" : "Completed",
                    ["startedAt"] = started,
                    ["finishedAt"] = now,
                },
            },
            // CrashLoopBackOff is visible only for a moment before each restart.
            _ when crashing => new()
            {
                ["terminated"] = new JsonObject
                {
                    ["exitCode"] = 1,
                    ["reason"] = "Error",
                    ["startedAt"] = now,
                    ["finishedAt"] = now,
                },
            },
            _ => new() { ["running"] = new JsonObject { ["startedAt"] = started } },
        };

    private static JsonObject Condition(string type, bool status, string now) =>
        new()
        {
            ["type"] = type,
            ["status"] = Truth(status),
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = now,
        };

    private static string Truth(bool value) => value ? "True" : "False";

    private static string Now() => Text(TimeProvider.System.GetUtcNow());

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
