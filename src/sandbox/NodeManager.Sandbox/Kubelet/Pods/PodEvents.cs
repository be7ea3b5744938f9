using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>A kubelet's events about pods, in the words of the cluster's version.</summary>
internal static class PodEvents
{
    private const string Component = "kubelet";
    private const int QuotedNamesFrom = 32;
    private const int ShortTextsFrom = 35;

    public static void Started(ControllerContext context, StoredObject pod, Container container)
    {
        string access = context.MinorVersion >= ShortTextsFrom ? " and can be accessed by the pod" : "";
        Normal(context, pod, "Pulled", $"Container image \"{container.Image}\" already present on machine{access}");
        Normal(context, pod, "Created", TextOf(context, "created", container));
        Normal(context, pod, "Started", TextOf(context, "started", container));
    }

    public static void Killing(ControllerContext context, StoredObject pod, Container container) =>
        Normal(context, pod, "Killing", $"Stopping container {container.Name}");

    /// <summary>The command of a preStop hook was ended with its container.</summary>
    public static void HookFailed(ControllerContext context, StoredObject pod) =>
        Warning(context, pod, "FailedPreStopHook", "PreStopHook failed");

    /// <summary>A readiness probe failed. Reported when the pod becomes unready, not for each failure.</summary>
    public static void Unhealthy(ControllerContext context, StoredObject pod) =>
        Warning(context, pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");

    public static void BackedOff(ControllerContext context, StoredObject stored, Pod pod) =>
        Warning(
            context,
            stored,
            "BackOff",
            $"Back-off restarting failed container {pod.Spec.Containers.FirstOrDefault()?.Name} in pod {stored.Name}_{stored.Namespace}({stored.Uid})"
        );

    public static void PullFailed(ControllerContext context, StoredObject pod, Container container, bool isNever)
    {
        if (isNever)
        {
            Warning(
                context,
                pod,
                ImagePulls.NeverPulled,
                $"Container image \"{container.Image}\" is not present with pull policy of Never"
            );
            Warning(context, pod, "Failed", "Error: " + ImagePulls.NeverPulled);
            return;
        }

        Normal(context, pod, "Pulling", $"Pulling image \"{container.Image}\"");
        Warning(context, pod, "Failed", $"Failed to pull image \"{container.Image}\": {ImagePulls.Cause(container.Image ?? "")}");
        Warning(context, pod, "Failed", "Error: " + ImagePulls.Failed);
    }

    public static void PullBackedOff(ControllerContext context, StoredObject pod, Container container)
    {
        Normal(context, pod, ImagePulls.BackOffEvent, $"Back-off pulling image \"{container.Image}\"");
        Warning(context, pod, "Failed", "Error: " + ImagePulls.BackOff);
    }

    private static string TextOf(ControllerContext context, string what, Container container)
    {
        if (context.MinorVersion >= ShortTextsFrom)
            return $"Container {what}";
        string name = what == "created" && context.MinorVersion >= QuotedNamesFrom ? ": " + container.Name : " " + container.Name;
        return $"{char.ToUpperInvariant(what[0])}{what[1..]} container{name}";
    }

    private static void Normal(ControllerContext context, StoredObject pod, string reason, string message) =>
        context.Events.Normal(pod, Component, reason, message);

    private static void Warning(ControllerContext context, StoredObject pod, string reason, string message) =>
        context.Events.Warning(pod, Component, reason, message);
}
