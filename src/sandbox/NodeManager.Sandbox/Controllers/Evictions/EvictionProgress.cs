using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>The progress of an Eviction through its responders. Changes the status; otherwise pure.</summary>
/// <param name="isWanted">A requester still wants it.</param>
internal sealed class EvictionProgress(JsonObject status, TargetPod target, bool isWanted, DateTimeOffset now)
{
    /// <summary>How long a responder may report after its pod was deleted.</summary>
    public static TimeSpan ReportingTime { get; } = TimeSpan.FromSeconds(5);

    private readonly string _timestamp = ResourceRegistry.Timestamp(now);

    /// <summary>When to reconcile without a change; null for never.</summary>
    public DateTimeOffset? Next { get; private set; }

    public void Advance()
    {
        if (status.Array("targetResponders") is not { Count: > 0 } && target.Pod is { } pod)
            Begin(pod);
        JsonObject[] targets = [.. status.Array("targetResponders")?.OfType<JsonObject>() ?? []];
        bool isDone = targets.Length == 0 || targets[^1].Text("state") is "Interrupted" or "Canceled" or "Completed";
        if (!isDone)
            Progress(targets);
        foreach (JsonObject one in targets.Where(static t => t.Text("state") == "Active"))
            StatusOf(one).Default("startTime", _timestamp);
        bool isWaiting = (target.IsGone || target.HasEnded) && Active(targets) is { } active && ReportsUntil(active) is not null;
        Conclude(isDone, isWaiting);
    }

    private void Begin(JsonObject pod)
    {
        JsonArray targets = Responders.Of(pod);
        status["responders"] = new JsonArray([
            .. targets.OfType<JsonObject>().Select(static t => new JsonObject { ["name"] = t.Text("name") }),
        ]);
        status["targetResponders"] = targets;
    }

    private void Progress(JsonObject[] targets)
    {
        JsonObject? active = Active(targets);
        if (target.IsGone || target.HasEnded)
        {
            if (active is null)
                return;
            if (StatusOf(active).Text("completionTime") is not null)
                active["state"] = "Completed";
            else if (ReportsUntil(active) is { } until)
                Next = until;
            else
                active["state"] = "Interrupted";
            return;
        }

        if (!isWanted)
        {
            if (active is not null)
                active["state"] = "Canceled";
            return;
        }

        active ??= Array.Find(targets, static t => t.Text("state") == "Inactive");
        if (active is null)
            return;
        JsonObject reported = StatusOf(active);
        DateTimeOffset heard = reported.Time("heartbeatTime") ?? reported.Time("startTime") ?? now;
        if (reported.Text("completionTime") is not null)
            active["state"] = "Completed";
        else
            active["state"] = now - heard >= ResponderRules.HeartbeatDeadline ? "Interrupted" : "Active";
        Next = heard + ResponderRules.HeartbeatDeadline;
        if (active.Text("state") == "Active")
            return;
        Next = null;
        if (Array.IndexOf(targets, active) + 1 is int next && next == targets.Length)
            return;
        targets[next]["state"] = "Active";
        Next = now + ResponderRules.HeartbeatDeadline;
    }

    private void Conclude(bool isDone, bool isWaiting)
    {
        if (target.IsGone && !isWaiting)
            End("TargetEvicted", "PodDeleted", "Target pod has been deleted.");
        else if (target.HasEnded && !isWaiting)
            End("TargetEvicted", "PodTerminal", "Pod has reached terminal state.");
        else if (!target.IsGone && !target.HasEnded && !isWanted)
            End("Failed", "CanceledDueToNoRequesters", "No active requesters with eviction intent.");
        else if (isDone)
            End("Failed", "NoFurtherResponder", "All responders have completed without evicting the target.");
        else
            Set("False", "AwaitingEviction", "", "False", "AwaitingEviction", "");
    }

    private void End(string condition, string reason, string message)
    {
        if (condition == "Failed")
            Set("True", reason, message, "False", "EvictionFailed", "");
        else
            Set("False", "Succeeded", "", "True", reason, message);
    }

    private void Set(string failed, string failedReason, string failedMessage, string evicted, string evictedReason, string evictedMessage)
    {
        status.SetCondition("Failed", failed, _timestamp, failedReason, failedMessage);
        status.SetCondition("TargetEvicted", evicted, _timestamp, evictedReason, evictedMessage);
    }

    // How long the active responder may still report completion; null when it has, or the time has expired.
    private DateTimeOffset? ReportsUntil(JsonObject active) =>
        StatusOf(active).Text("completionTime") is null && target.TerminalTime + ReportingTime is { } until && until > now ? until : null;

    private static JsonObject? Active(JsonObject[] targets) => Array.Find(targets, static t => t.Text("state") == "Active");

    private JsonObject StatusOf(JsonObject one) =>
        status.Array("responders")!.OfType<JsonObject>().First(r => r.Text("name") == one.Text("name"));
}
