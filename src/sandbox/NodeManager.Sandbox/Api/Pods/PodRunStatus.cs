using System.Globalization;

namespace NodeManager.Sandbox.Api.Pods;

/// <summary>Writes the state of a program into its pod's status.</summary>
internal static class PodRunStatus
{
    /// <summary>Writes restarts, crashes and the back-off.</summary>
    public static void Apply(JsonObject pod, PodRun run)
    {
        if (pod.Object("status").Array("containerStatuses") is not { Count: > 0 } statuses || statuses[0] is not JsonObject status)
            return;
        status["restartCount"] = run.Starts - 1;
        JsonObject ended = new()
        {
            ["terminated"] = new JsonObject
            {
                ["exitCode"] = run.Last.ExitCode ?? 1,
                ["reason"] = "Error",
                ["startedAt"] = run.At,
                ["finishedAt"] = run.At,
                ["containerID"] = status["containerID"]?.DeepClone(),
            },
        };
        if (run.Starts > 1)
            status["lastState"] = ended.DeepClone();
        if (!run.IsCrashing)
        {
            status["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = run.At } };
            return;
        }

        status["state"] =
            run.Starts == 1
                ? ended
                : new JsonObject
                {
                    ["waiting"] = new JsonObject
                    {
                        ["reason"] = "CrashLoopBackOff",
                        ["message"] = string.Create(
                            CultureInfo.InvariantCulture,
                            $"back-off {run.BackOffSeconds}s restarting failed container={status.Text("name")} pod={pod.Object("metadata").Text("name")}_{pod.Object("metadata").Text("namespace")}"
                        ),
                    },
                };
    }
}
