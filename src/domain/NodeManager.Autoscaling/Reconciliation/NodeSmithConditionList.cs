using NodeManager.Autoscaling.Resources;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>Reads and sets conditions, of which a list has at most one of each type.</summary>
public static class NodeSmithConditionList
{
    // What a server takes.
    private const int LongestMessage = 4096;

    public static NodeSmithCondition? Find(this List<NodeSmithCondition>? conditions, string type) =>
        conditions?.Find(one => one.Type == type);

    public static bool IsTrue(this List<NodeSmithCondition>? conditions, string type) => conditions.Find(type)?.Status == "True";

    /// <summary>The list with this condition. Its time changes with its status only.</summary>
    /// <param name="conditions">Changed, or created where it is null.</param>
    /// <param name="type">One of <see cref="NodeSmithConditions"/>.</param>
    /// <param name="status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
    /// <param name="reason">One word for machines.</param>
    /// <param name="message">For people.</param>
    /// <param name="now">When.</param>
    /// <param name="generation">Of the object that was looked at.</param>
    public static List<NodeSmithCondition> With(
        this List<NodeSmithCondition>? conditions,
        string type,
        string status,
        string reason,
        string message,
        DateTimeOffset now,
        long? generation
    )
    {
        conditions ??= [];
        NodeSmithCondition? known = conditions.Find(type);
        if (known is null)
            conditions.Add(known = new() { Type = type });
        if (known.Status != status)
            known.LastTransitionTime = Seconds(now);
        known.Status = status;
        known.Reason = reason;
        known.Message = message.Length > LongestMessage ? message[..LongestMessage] : message;
        known.ObservedGeneration = generation;
        return conditions;
    }

    /// <summary>Times of the API have whole seconds.</summary>
    public static DateTimeOffset Seconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
