using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

/// <summary>
/// Validates a responder's report: within its turn, with current times, and without reverting fields. Source: the behavior of
/// kube-apiserver 1.37.
/// </summary>
internal static class ResponderReport
{
    private const int LongestMessage = 4000;
    private const string Present = "must be set to the present time";
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaximumOffset = TimeSpan.FromDays(3650);

    public static void Check(string path, JsonObject said, JsonObject? before, bool isActive, DateTimeOffset now, FieldErrors errors)
    {
        if (before is not null && !isActive && !JsonNode.DeepEquals(said, before))
        {
            errors.Invalid(path, said, "field is immutable");
            return;
        }

        DateTimeOffset? start = said.Time("startTime"),
            wasStart = before.Time("startTime");
        string startPath = $"{path}.startTime";
        if (wasStart is not null && wasStart != start)
            CannotChange(startPath, start, errors);
        else if (start is null && isActive)
            errors.Required(startPath, "is required for an active responder");
        else if (start is not null && start != wasStart && !IsNear(start, now))
            errors.Invalid(startPath, Text(said, "startTime"), Present);

        CheckHeartbeat(path, said, before.Time("heartbeatTime"), start, now, errors);
        CheckExpectation(path, said, before.Time("expectedCompletionTime"), start, now, errors);
        CheckCompletion(path, said, before.Time("completionTime"), start, now, errors);
        if (said.Text("message") is { Length: > LongestMessage })
            errors.Add("FieldValueTooLong", $"{path}.message", $"Too long: may not be more than {LongestMessage} characters");
    }

    private static void CheckHeartbeat(
        string path,
        JsonObject said,
        DateTimeOffset? before,
        DateTimeOffset? start,
        DateTimeOffset now,
        FieldErrors errors
    )
    {
        (string at, DateTimeOffset? time) = ($"{path}.heartbeatTime", said.Time("heartbeatTime"));
        if (before is not null && time is null)
            errors.Required(at, "is required once set");
        if (time is null || time == before)
            return;
        string? fault =
            start is not null && time < before ? "cannot be decreased" : Early(path, start, time) ?? (IsNear(time, now) ? null : Present);
        if (fault is not null)
            errors.Invalid(at, Text(said, "heartbeatTime"), fault);
    }

    private static void CheckExpectation(
        string path,
        JsonObject said,
        DateTimeOffset? before,
        DateTimeOffset? start,
        DateTimeOffset now,
        FieldErrors errors
    )
    {
        if (said.Time("expectedCompletionTime") is not { } time || time == before)
            return;
        string? fault =
            Early(path, start, time)
            ?? (
                time < now - Skew ? "cannot be set to the past time"
                : time > now + MaximumOffset ? "must complete within 10 years"
                : null
            );
        if (fault is not null)
            errors.Invalid($"{path}.expectedCompletionTime", Text(said, "expectedCompletionTime"), fault);
    }

    private static void CheckCompletion(
        string path,
        JsonObject said,
        DateTimeOffset? before,
        DateTimeOffset? start,
        DateTimeOffset now,
        FieldErrors errors
    )
    {
        (string at, DateTimeOffset? time) = ($"{path}.completionTime", said.Time("completionTime"));
        if (before is not null && before != time)
            CannotChange(at, time, errors);
        else if (time is not null && (Early(path, start, time) ?? (time == before || IsNear(time, now) ? null : Present)) is { } fault)
            errors.Invalid(at, Text(said, "completionTime"), fault);
    }

    // Before its turn started.
    private static string? Early(string path, DateTimeOffset? start, DateTimeOffset? time) =>
        start is null ? $"cannot be set before {path}.startTime is set"
        : time < start ? $"must occur after {path}.startTime"
        : null;

    private static void CannotChange(string path, DateTimeOffset? time, FieldErrors errors) =>
        errors.Invalid(path, null, time is null ? "field cannot be cleared once set" : "field cannot be modified once set");

    private static bool IsNear(DateTimeOffset? time, DateTimeOffset now) => time > now - Skew && time < now + Skew;

    private static JsonNode? Text(JsonObject said, string member) => said.Text(member);
}
