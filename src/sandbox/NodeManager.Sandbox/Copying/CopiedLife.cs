using System.Globalization;
using NodeManager.Sandbox.Kubelet;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// Annotates copied objects so that simulated kubelets keep the source's problems, which they would otherwise resolve. Removing the
/// annotations lets a node or pod recover.
/// </summary>
internal static class CopiedLife
{
    private static readonly string[] Starting = ["ContainerCreating", "PodInitializing"];

    /// <summary>True if its kubelet is alive.</summary>
    public static bool AnnotateNode(JsonObject node)
    {
        string ready = node.Object("status").Condition("Ready").Text("status") ?? "Unknown";
        if (ready == "Unknown")
            Annotate(node, "heartbeat", "stop");
        else if (ready == "False")
            Annotate(node, "ready", "false");
        string[] pressures =
        [
            .. ((string[])["MemoryPressure", "DiskPressure", "PIDPressure"]).Where(type => node.Object("status").HasCondition(type)),
        ];
        if (pressures.Length > 0 && ready != "Unknown")
            Annotate(node, "conditions", string.Join(',', pressures));
        return ready != "Unknown";
    }

    /// <param name="now">
    /// A running job's pod continues for as long as it has run, at least a minute, because its duration is unknown.
    /// </param>
    public static void AnnotatePod(JsonObject pod, DateTimeOffset now)
    {
        JsonObject? status = pod.Object("status");
        if (pod.Object("metadata").Text("deletionTimestamp") is not null || pod.Object("spec").Text("nodeName") is null)
            return;
        switch (status.Text("phase"))
        {
            case "Running" when status.Condition("Ready").Text("status") != "True":
                Annotate(pod, "not-ready", "true");
                break;
            case "Pending" when WaitsForMore(status):
                Annotate(pod, "start-delay", "31536000");
                break;
        }

        bool isOfJob = pod.Object("metadata").Objects("ownerReferences").Any(owner => owner.Text("kind") == "Job");
        if (!isOfJob || status.Text("phase") != "Running")
            return;
        double seconds = DateTimeOffset.TryParse(status.Text("startTime"), CultureInfo.InvariantCulture, out DateTimeOffset started)
            ? (now - started).TotalSeconds
            : 0;
        Annotate(pod, "complete-after", Math.Ceiling(Math.Max(60, seconds)).ToString(CultureInfo.InvariantCulture));
    }

    // A missing image, volume or configuration, as opposed to a normal start.
    private static bool WaitsForMore(JsonObject? status) =>
        status
            .Objects("containerStatuses")
            .Any(container => container.Object("state").Object("waiting").Text("reason") is { } reason && !Starting.Contains(reason));

    private static void Annotate(JsonObject document, string what, string value)
    {
        JsonObject annotations = document.Ensure("metadata").Ensure("annotations");
        annotations.Default(SimulationAnnotations.Prefix + what, value);
    }
}
