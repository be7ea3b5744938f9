namespace NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

/// <summary>Validates the order of responders: one after another, each once. Source: the behavior of kube-apiserver 1.37.</summary>
internal static class ResponderTurns
{
    private static readonly string[] Final = ["Canceled", "Completed", "Interrupted"];
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <param name="reported">In the same order.</param>
    /// <param name="isFinal">The Eviction has ended.</param>
    public static void Check(
        JsonObject[] targets,
        JsonObject[] before,
        JsonObject[] reported,
        bool isFinal,
        DateTimeOffset now,
        FieldErrors errors
    )
    {
        const string Path = "status.targetResponders";
        if (before.Length > 0 && before.Length != targets.Length)
        {
            errors.Invalid(Path, Show(targets), "must preserve the same length and the same keys in the same order");
            return;
        }

        if (before.Length > 0 && !before.Select(Name).SequenceEqual(targets.Select(Name)))
        {
            errors.Invalid(Path, Show(targets), "must preserve the same keys in the same order");
            return;
        }

        int active = Array.FindIndex(before, static t => t.Text("state") == "Active");
        bool hasMoved = active >= 0 && targets[active].Text("state") != "Active";
        for (int i = 0; i < targets.Length; i++)
        {
            (string[] expected, string why) = Expected(i, active, hasMoved, before, isFinal);
            CheckOne(
                $"{Path}[{i}]",
                targets[i],
                i < reported.Length && Name(reported[i]) == Name(targets[i]) ? reported[i] : null,
                expected,
                why,
                isFinal,
                now,
                errors
            );
        }
    }

    private static (string[] Expected, string Why) Expected(int i, int active, bool hasMoved, JsonObject[] before, bool isFinal)
    {
        if (i < active || (before.Length > 0 && active < 0 && isFinal))
            return ([before[i].Text("state") ?? ""], "final state is immutable");
        if (i == active && hasMoved)
            return (Final, "this responder must reach a final state");
        if (i == active)
            return isFinal ? (Final, "the eviction request has finished processing") : (["Active"], "the eviction request stays active");
        bool isNext = (i == 0 && before.Length == 0) || (i == active + 1 && hasMoved);
        if (!isNext)
            return (["Inactive"], "the previously active has not finished processing");
        return isFinal ? (["Inactive"], "the eviction request has finished processing") : (["Active"], "this responder is next in line");
    }

    private static void CheckOne(
        string path,
        JsonObject target,
        JsonObject? reported,
        string[] expected,
        string why,
        bool isFinal,
        DateTimeOffset now,
        FieldErrors errors
    )
    {
        ResponderRules.CheckKey($"{path}.name", Name(target), mayBeReserved: true, errors);
        if (reported is null)
        {
            errors.Invalid(path, target, $"\"{Name(target)}\" has to be tracked in status.responders first");
            return;
        }

        string state = target.Text("state") ?? "";
        if (!expected.Contains(state))
            errors.Invalid($"{path}.state", state, $"must be one of: {string.Join(", ", expected)}, because {why}");
        if (expected.Contains("Active") || isFinal || reported.Text("completionTime") is not null)
            return;
        DateTimeOffset? heard = reported.Time("heartbeatTime") ?? reported.Time("startTime");
        if (reported.Time("startTime") is not null && now < heard + ResponderRules.HeartbeatDeadline - Skew)
            errors.Forbidden(
                $"{path}.state",
                "must stay Active because the responder is in progress and it should report status.responders.heartbeatTime or status.responders.completionTime"
            );
    }

    private static string Name(JsonObject item) => item.Text("name") ?? "";

    private static JsonArray Show(JsonObject[] items) => new([.. items.Select(static i => i.DeepClone())]);
}
