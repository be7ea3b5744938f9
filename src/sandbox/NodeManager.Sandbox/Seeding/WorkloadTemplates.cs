using System.Globalization;

namespace NodeManager.Sandbox.Seeding;

/// <summary>The labels and pod templates of workloads.</summary>
internal static class WorkloadTemplates
{
    private const string NameLabel = "app.kubernetes.io/name";

    public static JsonObject Labels(Workload workload) => new() { [NameLabel] = workload.Name };

    /// <summary>The tolerations that the admission plugin adds.</summary>
    public static JsonArray NodeOutageTolerations() =>
        [
            new JsonObject
            {
                ["key"] = "node.kubernetes.io/not-ready",
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = 300,
            },
            new JsonObject
            {
                ["key"] = "node.kubernetes.io/unreachable",
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = 300,
            },
        ];

    public static JsonObject Template(Workload workload)
    {
        JsonArray? tolerations =
            workload.Gpus > 0
                ?
                [
                    new JsonObject
                    {
                        ["key"] = "nvidia.com/gpu",
                        ["operator"] = "Exists",
                        ["effect"] = "NoSchedule",
                    },
                ]
                : null;
        return new()
        {
            ["metadata"] = new JsonObject { ["labels"] = Labels(workload) },
            ["spec"] = Spec(workload, tolerations),
        };
    }

    public static JsonObject Spec(Workload workload, JsonArray? tolerations)
    {
        JsonObject requests = new() { ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{workload.Millicores}m") };
        JsonObject limits = [];
        foreach (
            (string name, int amount, string unit) in ((string, int, string)[])
                [("memory", workload.Mebibytes, "Mi"), ("nvidia.com/gpu", workload.Gpus, "")]
        )
        {
            if (amount == 0)
                continue;
            requests[name] = string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
            limits[name] = string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
        }
        JsonObject container = new()
        {
            ["name"] = workload.Name,
            ["image"] = workload.Image,
            ["resources"] = new JsonObject { ["limits"] = limits, ["requests"] = requests },
        };
        JsonObject spec = new() { ["containers"] = new JsonArray(container), ["serviceAccountName"] = workload.Name };
        if (workload.IsOnHostNetwork)
            spec["hostNetwork"] = true;
        if (workload.PriorityClass is not null)
        {
            spec["priorityClassName"] = workload.PriorityClass;
            spec["priority"] = workload.Priority;
        }
        if (workload.Pool == SeedPool.Memory || workload.Pool == SeedPool.Gpu)
            spec["nodeSelector"] = new JsonObject { ["pool"] = workload.Pool.Name };
        if (tolerations is { Count: > 0 })
            spec["tolerations"] = tolerations;
        if (!workload.HasEmptyDir)
            return spec;
        spec["volumes"] = new JsonArray(new JsonObject { ["name"] = "scratch", ["emptyDir"] = new JsonObject() });
        container["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "scratch", ["mountPath"] = "/var/scratch" });
        return spec;
    }
}
