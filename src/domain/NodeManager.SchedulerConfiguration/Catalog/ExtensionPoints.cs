namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>The scheduling framework's extension points, as named in a configuration.</summary>
public static class ExtensionPoints
{
    public const string MultiPoint = "multiPoint";
    public const string QueueSort = "queueSort";
    public const string Bind = "bind";
    public const string Score = "score";
    public const string PlacementScore = "placementScore";

    /// <summary>In the order of the scheduling cycle, without <c>multiPoint</c>.</summary>
    public static IReadOnlyList<string> Cycle { get; } =
    [
        "preEnqueue",
        QueueSort,
        "preFilter",
        "filter",
        "postFilter",
        "preScore",
        Score,
        "reserve",
        "permit",
        "preBind",
        Bind,
        "postBind",
        "placementGenerate",
        PlacementScore,
    ];

    /// <summary>The points that are valid in that version and release.</summary>
    public static IEnumerable<string> Of(SchedulerApi api, int minor)
    {
        foreach (var point in Cycle)
            if (Since(point) <= minor && (point != "preEnqueue" || api.HasMultiPoint || api == SchedulerApi.V1Beta2))
                yield return point;
        if (api.HasMultiPoint)
            yield return MultiPoint;
    }

    /// <summary>The canonical spelling of a point; an unknown name is returned unchanged.</summary>
    public static string InItsCase(string point) =>
        Cycle.Append(MultiPoint).FirstOrDefault(known => known.Equals(point, StringComparison.OrdinalIgnoreCase)) ?? point;

    /// <summary>True if plugins of the point have a weight.</summary>
    public static bool HasWeight(string point) => point is Score or PlacementScore;

    private static int Since(string point) =>
        point switch
        {
            "preEnqueue" => 26,
            "placementGenerate" or PlacementScore => 36,
            _ => 0,
        };
}
