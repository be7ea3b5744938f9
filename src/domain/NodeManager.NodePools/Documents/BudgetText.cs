using System.Globalization;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.NodePools.Documents;

/// <summary>
/// The text of a disruption budget: <c>10%</c>, <c>2+reasons=Drifted,Expired</c>, <c>0+schedule=0 8 * * mon-fri+duration=10h</c>.
/// </summary>
public static class BudgetText
{
    private const string ReasonsKey = "reasons",
        ScheduleKey = "schedule",
        DurationKey = "duration";

    private static readonly string[] Reasons =
    [
        AutoscalerReason.Empty,
        AutoscalerReason.Underutilized,
        AutoscalerReason.Drifted,
        AutoscalerReason.Expired,
    ];

    /// <summary>Keys and reasons match in any letter case; the result has the spelling of the API.</summary>
    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static NodePoolBudget Parse(string text)
    {
        string[] parts = text.Split('+', StringSplitOptions.TrimEntries);
        if (!IsCount(parts[0]))
            throw Invalid(text, $"'{parts[0]}' is neither a number of nodes nor a percentage from 0% to 100%");
        Dictionary<string, string> given = new(StringComparer.OrdinalIgnoreCase);
        foreach (string part in parts.Skip(1))
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [var key, { Length: > 0 } value])
                throw Invalid(text, $"'{part}' has no value");
            if (!((string[])[ReasonsKey, ScheduleKey, DurationKey]).Contains(key, StringComparer.OrdinalIgnoreCase))
                throw Invalid(text, $"'{key}' is not a part of a disruption budget");
            if (!given.TryAdd(key, value))
                throw Invalid(text, $"'{key}' is given twice");
        }

        if (given.ContainsKey(ScheduleKey) != given.ContainsKey(DurationKey))
            throw Invalid(text, "schedule and duration must be given together");
        string schedule = given.GetValueOrDefault(ScheduleKey, ""),
            duration = given.GetValueOrDefault(DurationKey, "");
        if (schedule.Length > 0 && CronExpression.Parse(schedule) is null)
            throw Invalid(text, $"'{schedule}' is not a cron expression of five fields, or @daily and the like");
        if (duration.Length > 0 && !(GoDuration.Parse(duration) > TimeSpan.Zero))
            throw Invalid(text, $"'{duration}' is not a duration above 0, such as 10h or 1h30m");
        return new()
        {
            Nodes = parts[0],
            Reasons = new(ReasonsOf(given.GetValueOrDefault(ReasonsKey), text)),
            Schedule = schedule,
            Duration = duration,
        };
    }

    /// <summary>Null for none, which removes them.</summary>
    internal static JsonArray? Write(IReadOnlyList<NodePoolBudget> budgets) => budgets.Count == 0 ? null : new([.. budgets.Select(Write)]);

    private static JsonNode Write(NodePoolBudget budget)
    {
        var written = new JsonObject { ["nodes"] = budget.Nodes };
        if (budget.Reasons.Count > 0)
            written[ReasonsKey] = budget.Reasons.ToJson();
        if (budget.Schedule.Length > 0)
            written[ScheduleKey] = budget.Schedule;
        if (budget.Duration.Length > 0)
            written[DurationKey] = budget.Duration;
        return written;
    }

    private static List<string> ReasonsOf(string? text, string budget) =>
        [
            .. (text?.Split(',', StringSplitOptions.TrimEntries) ?? [])
                .Select(name =>
                    Reasons.FirstOrDefault(one => string.Equals(one, name, StringComparison.OrdinalIgnoreCase))
                    ?? throw Invalid(budget, $"'{name}' is not one of the reasons {string.Join(", ", Reasons)}")
                )
                .Distinct(),
        ];

    // As the definition has it: up to nine digits, or a percentage up to 100%.
    private static bool IsCount(string text)
    {
        bool isPercentage = text.EndsWith('%');
        string digits = isPercentage ? text[..^1] : text;
        return digits.Length <= (isPercentage ? 3 : 9)
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && (!isPercentage || count <= 100 && (digits.Length < 3 || count == 100));
    }

    private static NodeManagerException Invalid(string text, string why) =>
        new(
            ErrorIds.NodePoolInvalid,
            ErrorKind.InvalidArgument,
            $"'{text}' is not a disruption budget: {why}.",
            text,
            "Write NODES, NODES+reasons=REASON,REASON or NODES+schedule=CRON+duration=TIME, such as '0+reasons=Drifted+schedule=0 8 * * mon-fri+duration=10h'."
        );
}
