using System.Globalization;
using NodeManager.Sandbox.Api.Pods;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>Writes the state of a program into its pod's status.</summary>
internal static class PodRunStatus
{
    /// <summary>The reason of a container that waits for its restart.</summary>
    public const string BackOff = "CrashLoopBackOff";

    /// <summary>Writes starts, crashes and the back-off of the first container.</summary>
    /// <param name="pod">Its status is written.</param>
    /// <param name="isBackedOff">True shortly before a restart: until then, the container is terminated.</param>
    public static void Apply(JsonObject pod, PodRun run, bool isBackedOff, string now)
    {
        if (pod.Object("status").Objects("containerStatuses").FirstOrDefault() is not { } status)
            return;
        JsonObject? metadata = pod.Object("metadata");
        int restarts = run.Starts - 1;
        if (status.Number("restartCount") != restarts || (!run.IsCrashing && status.Object("state").Object("running") is null))
            PodStatusWriter.RestartContainer(status, metadata.Text("uid") ?? "", run.At, restarts);
        if (!run.IsCrashing)
            return;
        status["ready"] = false;
        status["started"] = false;
        if (status.Object("state").Object("running") is not null)
            status["state"] = ContainerStates.Ended(run.Last.ExitCode!.Value, run.At, now, status.Text("containerID"));
        if (restarts > 0 && status.Object("lastState") is null or { Count: 0 })
            status["lastState"] = status["state"]!.DeepClone();
        if (!isBackedOff || status.Object("state").Object("terminated") is null)
            return;
        status["lastState"] = status["state"]!.DeepClone();
        status["state"] = ContainerStates.Waiting(BackOff, BackOffMessage(run, status.Text("name") ?? "", metadata));
    }

    private static string BackOffMessage(PodRun run, string container, JsonObject? metadata) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"back-off {Duration(run.BackOffSeconds)} restarting failed container={container} pod={metadata.Text("name")}_{metadata.Text("namespace")}({metadata.Text("uid")})"
        );

    // As Go prints durations.
    private static string Duration(int seconds) =>
        seconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m{seconds % 60}s");
}
