namespace NodeManager.Sandbox.Controllers.Jobs;

internal sealed class JobState
{
    private const int SuspendFrom = 22,
        StartTimeGoesFrom = 36;

    public required int Succeeded { get; init; }

    public required int Failed { get; init; }

    public required SortedSet<int> Indexes { get; init; }

    /// <summary>Not yet counted.</summary>
    public required List<StoredObject> NewSuccesses { get; init; }

    /// <summary>Not yet counted.</summary>
    public required List<StoredObject> NewFailures { get; init; }

    public bool IsComplete(JsonObject spec) => spec.Number("completions") is { } completions ? Succeeded >= completions : Succeeded > 0;

    public static bool IsOver(JsonObject? status) => status.HasCondition("Complete") || status.HasCondition("Failed");

    public static DateTimeOffset? EndedAt(JsonObject status) =>
        status
            .Objects("conditions")
            .First(static one => one.Text("type") is "Complete" or "Failed" && one.Text("status") == "True")
            .Time("lastTransitionTime");

    /// <summary>Updates the Suspended condition (null: no longer relevant); returns the reason of an event on a change.</summary>
    public static string? Suspend(JsonObject status, bool? suspends, string now, int minor)
    {
        if (suspends is not { } isSuspended || minor < SuspendFrom)
            return null;
        string? condition = status.Condition("Suspended").Text("status");
        if (isSuspended == (condition == "True") || (!isSuspended && condition is null))
            return null;
        status.SetCondition(
            "Suspended",
            isSuspended ? "True" : "False",
            now,
            isSuspended ? "JobSuspended" : "JobResumed",
            isSuspended ? "Job suspended" : "Job resumed"
        );
        status.Condition("Suspended")!["lastProbeTime"] = now;
        if (!isSuspended)
            status["startTime"] = now;
        else if (minor >= StartTimeGoesFrom)
            status.Remove("startTime");
        return isSuspended ? "Suspended" : "Resumed";
    }
}
