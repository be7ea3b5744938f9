using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Kubelets;

/// <summary>A pod, what happens to it, and the states that kubelets of 1.36 with containerd showed of it.</summary>
internal sealed record CourseScenario(string Name, string Script)
{
    /// <summary>Pod, StatefulSet, DaemonSet or Job.</summary>
    public string Kind { get; init; } = "Pod";

    /// <summary>Further fields of the container.</summary>
    public string Container { get; init; } = "{}";

    /// <summary>Further fields of the pod.</summary>
    public string Spec { get; init; } = "{}";

    /// <summary>The behavior of <see cref="Script"/>, for a simulated kubelet.</summary>
    public string Annotations { get; init; } = "{}";

    public IReadOnlyList<CourseStep> Steps { get; init; } = [];

    /// <summary>The states, each with the seconds that it lasts. 0: less than the tolerance; NaN: not compared.</summary>
    public required IReadOnlyList<(string State, double Seconds)> Course { get; init; }

    /// <summary>The kubelet's events of the pod, by reason, in the order in which each first appears.</summary>
    public IReadOnlyList<string> Events { get; init; } = ["Pulled", "Created", "Started"];

    /// <summary>The state of the pod when its replacement appears; null: it has none.</summary>
    public string? ReplacedIn { get; init; }

    /// <summary>What the node's Ready condition shows; empty: not compared.</summary>
    public IReadOnlyList<(string State, double Seconds)> NodeCourse { get; init; } = [];

    public override string ToString() => Name;

    /// <summary>The object to create, whose pod runs on this node.</summary>
    public JsonObject Manifest(string node, string image)
    {
        Dictionary<string, string> labels = new() { ["course"] = Name };
        JsonObject manifest =
            Kind == "Pod" ? Manifests.Pod(Name, node, labels) : Manifests.Workload(Kind, Name, labels, new Dictionary<string, string>(), 1);
        JsonObject pod = Kind == "Pod" ? manifest : manifest["spec"]!["template"]!.AsObject();
        JsonObject container = pod["spec"]!["containers"]![0]!.AsObject();
        container["image"] = image;
        container["imagePullPolicy"] = "IfNotPresent";
        container["command"] = new JsonArray("sh", "-c", Script);
        Copy(Container, container);
        pod["spec"]!["terminationGracePeriodSeconds"] = 30;
        Copy(Spec, pod["spec"]!.AsObject());
        foreach ((string key, JsonNode? value) in JsonNode.Parse(Annotations)!.AsObject())
            pod.Annotate("sandbox.nodemanager/" + key, (string)value!);
        Place(manifest, pod, node);
        return manifest;
    }

    private void Place(JsonObject manifest, JsonObject pod, string node)
    {
        JsonObject spec = manifest["spec"]!.AsObject();
        if (Kind is "Job" or "DaemonSet")
            spec.Remove("replicas");
        if (Kind == "StatefulSet")
            spec["serviceName"] = Name;
        if (Kind == "Job")
        {
            manifest["apiVersion"] = "batch/v1";
            spec.Remove("selector");
        }

        if (Kind == "DaemonSet")
            pod["spec"]!["nodeSelector"] = new JsonObject { ["kubernetes.io/hostname"] = node };
        else
            pod["spec"]!["nodeName"] = node;
    }

    private static void Copy(string fields, JsonObject into)
    {
        foreach ((string key, JsonNode? value) in JsonNode.Parse(fields)!.AsObject())
            into[key] = value?.DeepClone();
    }
}

/// <summary>What happens to a pod or its kubelet.</summary>
/// <param name="In">The state of the pod in which it happens; for <see cref="CourseAction.ContinueKubelet"/>, that of the node.</param>
/// <param name="After">The seconds from then on.</param>
internal sealed record CourseStep(CourseAction Action, string In, double After = 0);

internal enum CourseAction
{
    Delete,
    Evict,
    StopKubelet,
    StartKubelet,
    PauseKubelet,
    ContinueKubelet,

    /// <summary>The script's readiness, for a simulated kubelet.</summary>
    BecomeUnready,
    BecomeReady,
}
