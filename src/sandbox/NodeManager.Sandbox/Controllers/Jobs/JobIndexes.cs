using System.Globalization;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary>Sets the completion index of a pod: annotation, label, host name and environment variable.</summary>
internal static class JobIndexes
{
    private const string Variable = "JOB_COMPLETION_INDEX";
    private const int LabelFrom = 28;

    public static void Number(JsonObject pod, string job, int index, int minor)
    {
        string number = index.ToString(CultureInfo.InvariantCulture);
        JsonObject metadata = pod["metadata"]!.AsObject(),
            spec = pod["spec"]!.AsObject();
        metadata["generateName"] = $"{job}-{number}-";
        metadata.Ensure("annotations")[JobPods.IndexKey] = number;
        if (minor >= LabelFrom)
            PodTemplates.Label(pod, JobPods.IndexKey, number);
        spec["hostname"] = $"{job}-{number}";
        string path = $"metadata.{(minor >= LabelFrom ? "labels" : "annotations")}['{JobPods.IndexKey}']";
        foreach (JsonObject container in (spec.Array("initContainers") ?? []).Concat(spec.Array("containers") ?? []).OfType<JsonObject>())
        {
            if (container["env"] is not JsonArray variables)
                container["env"] = variables = [];
            if (variables.OfType<JsonObject>().Any(static one => one.Text("name") == Variable))
                continue;
            variables.Add(
                new JsonObject
                {
                    ["name"] = Variable,
                    ["valueFrom"] = new JsonObject
                    {
                        ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = path },
                    },
                }
            );
        }
    }
}
