using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>What an Eviction is about, as it is now.</summary>
/// <param name="Uid">Of the pod that is meant.</param>
/// <param name="Found">The pod of that name now, which may be another; null for none.</param>
/// <param name="GoneSince">When it was first seen to be gone; null while it is there.</param>
internal sealed record TargetPod(string Uid, StoredObject? Found, DateTimeOffset? GoneSince)
{
    /// <summary>The pod itself; null when it is gone.</summary>
    public JsonObject? Pod { get; } = Found?.Uid == Uid ? Found.ToJson() : null;

    public bool IsGone => Pod is null;

    /// <summary>True when all its containers have ended for good.</summary>
    public bool HasEnded => Phase is "Succeeded" or "Failed";

    public string Phase => Pod.Object("status").Text("phase") ?? "";

    /// <summary>True for a pod of a group, which cannot be evicted so.</summary>
    public bool IsOfGroup => Found is not null && Found.ToJson().Object("spec").Object("schedulingGroup") is not null;

    /// <summary>When its grace period ends; null while it is not being deleted.</summary>
    public DateTimeOffset? DeletionTime => Pod.Object("metadata").Time("deletionTimestamp");

    /// <summary>Since when there is nothing more to do for its responders; null while there is, or when that is not known.</summary>
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
        (Pod.Object("status").Array("containerStatuses") ?? [])
            .OfType<JsonObject>()
            .Select(static c => c.Object("state").Object("terminated").Time("finishedAt"))
            .Max();
}
