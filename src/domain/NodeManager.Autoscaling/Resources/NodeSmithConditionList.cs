namespace NodeManager.Autoscaling.Resources;

/// <summary>Reads and sets conditions; a list has at most one of each type.</summary>
public static class NodeSmithConditionList
{
    // The server's limit.
    private const int LongestMessage = 4096;

    public static NodeSmithCondition? Find(this List<NodeSmithCondition>? conditions, string type) =>
        conditions?.Find(one => one.Type == type);

    public static bool IsTrue(this List<NodeSmithCondition>? conditions, string type) => conditions.Find(type)?.Status == "True";

    /// <summary>The list with this condition. Its time changes only with its status.</summary>
    /// <param name="conditions">Changed, or created if null.</param>
    /// <param name="type">A <see cref="NodeSmithConditions"/>.</param>
    /// <param name="status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
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

    /// <summary>Times of the API are whole seconds.</summary>
    public static DateTimeOffset Seconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
