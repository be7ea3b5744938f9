namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>The target of an Eviction.</summary>
/// <param name="Found">The current pod of that name, which may have another UID; null for none.</param>
/// <param name="GoneSince">When it was first missing; null while it exists.</param>
internal sealed record TargetPod(string Uid, StoredObject? Found, DateTimeOffset? GoneSince)
{
    /// <summary>Null if it was deleted.</summary>
    public JsonObject? Pod { get; } = Found?.Uid == Uid ? Found.ToJson() : null;

    public bool IsGone => Pod is null;

    /// <summary>All containers have terminated permanently.</summary>
    public bool HasEnded => Phase is "Succeeded" or "Failed";

    public string Phase => Pod.Object("status").Text("phase") ?? "";

    /// <summary>A pod of a scheduling group, which cannot be evicted individually.</summary>
    public bool IsOfGroup => Found is not null && Found.ToJson().Object("spec").Object("schedulingGroup") is not null;

    /// <summary>The end of its grace period; null while it is not terminating.</summary>
    public DateTimeOffset? DeletionTime => Pod.Object("metadata").Time("deletionTimestamp");

    /// <summary>Since when responders have no more work; null while they have, or if unknown.</summary>
    public DateTimeOffset? TerminalTime
    {
        get
        {
            if (IsGone)
                return GoneSince;
            DateTimeOffset? ended = HasEnded ? FinishTime() : null;
            return ended is null || DeletionTime > ended ? DeletionTime : ended;
        }
    }

    private DateTimeOffset? FinishTime() =>
        Pod.Object("status")
            .Objects("containerStatuses")
            .Select(static c => c.Object("state").Object("terminated").Time("finishedAt"))
            .Max();
}
