namespace NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

/// <summary>
/// Validates a responder's report: within its turn, with current times, and without reverting fields. Source: the behavior of
/// kube-apiserver 1.37.
/// </summary>
internal sealed class ResponderReport(string path, JsonObject reported, DateTimeOffset now, FieldErrors errors)
{
    private const int LongestMessage = 4000;
    private const string Present = "must be set to the present time";
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaximumOffset = TimeSpan.FromDays(3650);

    private readonly DateTimeOffset? _start = reported.Time("startTime");

    public void Check(JsonObject? before, bool isActive)
    {
        if (before is not null && !isActive && !JsonNode.DeepEquals(reported, before))
        {
            errors.Invalid(path, reported, "field is immutable");
            return;
        }

        DateTimeOffset? wasStart = before.Time("startTime");
        string startPath = $"{path}.startTime";
        if (wasStart is not null && wasStart != _start)
            CannotChange(startPath, _start);
        else if (_start is null && isActive)
            errors.Required(startPath, "is required for an active responder");
        else if (_start is not null && _start != wasStart && !IsNear(_start))
            Refuse("startTime", Present);

        CheckHeartbeat(before.Time("heartbeatTime"));
        CheckExpectation(before.Time("expectedCompletionTime"));
        CheckCompletion(before.Time("completionTime"));
        if (reported.Text("message") is { Length: > LongestMessage })
            errors.Add("FieldValueTooLong", $"{path}.message", $"Too long: may not be more than {LongestMessage} characters");
    }

    private void CheckHeartbeat(DateTimeOffset? before)
    {
        (string at, DateTimeOffset? time) = ($"{path}.heartbeatTime", reported.Time("heartbeatTime"));
        if (before is not null && time is null)
            errors.Required(at, "is required once set");
        if (time is null || time == before)
            return;
        string? fault = Early(time) ?? (IsNear(time) ? null : Present);
        if (_start is not null && time < before)
            fault = "cannot be decreased";
        if (fault is not null)
            Refuse("heartbeatTime", fault);
    }

    private void CheckExpectation(DateTimeOffset? before)
    {
        if (reported.Time("expectedCompletionTime") is not { } time || time == before)
            return;
        string? fault = Early(time);
        if (fault is null && time < now - Skew)
            fault = "cannot be set to the past time";
        else if (fault is null && time > now + MaximumOffset)
            fault = "must complete within 10 years";
        if (fault is not null)
            Refuse("expectedCompletionTime", fault);
    }

    private void CheckCompletion(DateTimeOffset? before)
    {
        (string at, DateTimeOffset? time) = ($"{path}.completionTime", reported.Time("completionTime"));
        if (before is not null && before != time)
            CannotChange(at, time);
        else if (time is not null && (Early(time) ?? (time == before || IsNear(time) ? null : Present)) is { } fault)
            Refuse("completionTime", fault);
    }

    // Before its turn started.
    private string? Early(DateTimeOffset? time)
    {
        if (_start is null)
            return $"cannot be set before {path}.startTime is set";
        return time < _start ? $"must occur after {path}.startTime" : null;
    }

    private void Refuse(string member, string fault) => errors.Invalid($"{path}.{member}", reported.Text(member), fault);

    private void CannotChange(string at, DateTimeOffset? time) =>
        errors.Invalid(at, null, time is null ? "field cannot be cleared once set" : "field cannot be modified once set");

    private bool IsNear(DateTimeOffset? time) => time > now - Skew && time < now + Skew;
}
