using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Controllers;

/// <summary>How far an Eviction is: whose turn it is, and whether it is over. Pure.</summary>
/// <param name="process">The Eviction.</param>
/// <param name="pod">Its target; null when that is gone.</param>
/// <param name="isWanted">Somebody still wants it.</param>
/// <param name="now">The cluster's time.</param>
/// <param name="timestamp">The same, as the API writes it.</param>
internal sealed class EvictionProgress(JsonObject process, StoredObject? pod, bool isWanted, DateTimeOffset now, string timestamp)
{
    /// <summary>As it is to be.</summary>
    public JsonObject Status { get; } = process.Ensure("status").DeepClone().AsObject();

    /// <summary>The responder whose turn it is; null when it is nobody's.</summary>
    public string? Active { get; private set; }

    /// <summary>When that one's time is up; null when it is nobody's turn.</summary>
    public DateTimeOffset? Next { get; private set; }

    /// <summary>True when the status changed.</summary>
    public bool Advance(TimeSpan heartbeatDeadline)
    {
        JsonObject before = process["status"]!.DeepClone().AsObject();
        JsonObject[] targets = [.. Status.Array("targetResponders")?.OfType<JsonObject>() ?? []];
        JsonObject? active = Array.Find(targets, static t => t.Text("state") == "Active");
        bool isEnded = pod is not null && pod.Field("status.phase") is "Succeeded" or "Failed";
        if (pod is null || isEnded)
        {
            if (active is not null) active["state"] = StatusOf(active).Text("completionTime") is null && active.Text("name") != EvictionController.Evictor ? "Interrupted" : "Completed";
            End("TargetEvicted", isEnded ? "PodTerminal" : "PodDeleted", isEnded ? "Pod has reached terminal state" : "Target pod has been deleted", "Failed", "Succeeded");
        }
        else if (!isWanted)
        {
            if (active is not null) active["state"] = "Canceled";
            End("Failed", "CanceledDueToNoRequesters", "No active requesters with eviction intent", "TargetEvicted", "EvictionFailed");
        }
        else
        {
            Progress(targets, active, heartbeatDeadline);
        }

        return !JsonNode.DeepEquals(before, Status);
    }

    private void Progress(JsonObject[] targets, JsonObject? active, TimeSpan heartbeatDeadline)
    {
        if (active is not null)
        {
            JsonObject said = StatusOf(active);
            DateTimeOffset heard = Time(said.Text("heartbeatTime")) ?? Time(said.Text("startTime")) ?? now;
            // The evictor has done its part when the pod terminates: what is left is the pod's own time.
            if (said.Text("completionTime") is not null && !(active.Text("name") == EvictionController.Evictor && pod!.IsDeleting)) active["state"] = "Completed";
            else if (now - heard >= heartbeatDeadline) active["state"] = "Interrupted";
            else Next = heard + heartbeatDeadline;
        }

        if (active?.Text("state") != "Active")
        {
            active = Array.Find(targets, static t => t.Text("state") == "Inactive");
            if (active is null)
            {
                End("Failed", "NoFurtherResponder", "All responders have completed without evicting the target", "TargetEvicted", "EvictionFailed");
                return;
            }

            active["state"] = "Active";
            StatusOf(active)["startTime"] = timestamp;
            Next = now + heartbeatDeadline;
        }

        Active = active.Text("name");
        Status.SetCondition("Failed", "False", timestamp, "AwaitingEviction", "");
        Status.SetCondition("TargetEvicted", "False", timestamp, "AwaitingEviction", "");
    }

    private void End(string condition, string reason, string message, string other, string otherReason)
    {
        Status.SetCondition(condition, "True", timestamp, reason, message);
        Status.SetCondition(other, "False", timestamp, otherReason, "");
    }

    private JsonObject StatusOf(JsonObject target) =>
        Status.Array("responders")!.OfType<JsonObject>().First(r => r.Text("name") == target.Text("name"));

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
