using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Clock;

namespace NodeManager.Sandbox.Controllers.Jobs;

internal sealed record JobEnd(bool IsFailure, string? Reason, string? Message)
{
    /// <summary>The minor version from which a job first gets a condition that its end is certain, and ends with its last pod.</summary>
    private const int ForetoldFrom = 31;

    private const string FailureTarget = "FailureTarget",
        SuccessCriteriaMet = "SuccessCriteriaMet",
        PolicyFailure = "PodFailurePolicy";

    /// <summary>From existing conditions.</summary>
    public static JobEnd? Of(JsonObject status)
    {
        foreach (string type in (ReadOnlySpan<string>)[SuccessCriteriaMet, FailureTarget])
            if (status.Condition(type) is { } condition && condition.Text("status") == "True")
                return new(type == FailureTarget, condition.Text("reason"), condition.Text("message"));
        return null;
    }

    public static JobEnd? Failure(JsonObject spec, JsonObject status, JobPods pods, JobState state, DateTimeOffset now)
    {
        if (pods.FatalFailure is { } message)
            return new(true, PolicyFailure, message);
        long limit = spec.Number("backoffLimit") ?? 6;
        if (
            state.Failed > limit
            || (
                spec.Object("template").Object("spec").Text("restartPolicy") == "OnFailure"
                && Restarts(pods) is > 0 and var restarts
                && restarts >= limit
            )
        )
            return new(true, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        bool isLate =
            spec.Flag("suspend") != true
            && spec.Number("activeDeadlineSeconds") is { } seconds
            && status.Time("startTime")?.After(seconds) <= now;
        return isLate ? new(true, "DeadlineExceeded", "Job was active longer than specified deadline") : null;
    }

    public static JobEnd Success(int minor) =>
        minor >= ForetoldFrom ? new(false, "CompletionsReached", "Reached expected number of succeeded pods") : new(false, null, null);

    /// <summary>Writes the conditions; true once the job has ended.</summary>
    /// <param name="isCounted">All ended pods are counted, and none remains to be deleted.</param>
    /// <param name="isTerminating">Some pods are terminating.</param>
    public bool Apply(JsonObject status, string now, int minor, bool isCounted, bool isTerminating)
    {
        if (minor >= ForetoldFrom || Reason == PolicyFailure)
            SetCondition(status, IsFailure ? FailureTarget : SuccessCriteriaMet, now);
        if (!isCounted || (isTerminating && minor >= ForetoldFrom))
            return false;
        SetCondition(status, IsFailure ? "Failed" : "Complete", now);
        if (!IsFailure)
            status["completionTime"] = now;
        return true;
    }

    private void SetCondition(JsonObject status, string type, string now)
    {
        if (status.HasCondition(type))
            return;
        status.SetCondition(type, "True", now, Reason, Message);
        status.Condition(type)!["lastProbeTime"] = now;
    }

    private static int Restarts(JobPods pods) =>
        pods.Active.Sum(static pod => pod.As<Pod>().Status.ContainerStatuses?.Sum(static one => one.RestartCount) ?? 0);
}
