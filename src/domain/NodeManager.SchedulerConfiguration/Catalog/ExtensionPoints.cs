namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>The scheduling framework's extension points, as a configuration names them.</summary>
public static class ExtensionPoints
{
    public const string MultiPoint = "multiPoint";
    public const string QueueSort = "queueSort";
    public const string Bind = "bind";
    public const string Score = "score";
    public const string PlacementScore = "placementScore";

    /// <summary>In the order in which a pod meets them; <c>multiPoint</c> is none of them.</summary>
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

    /// <summary>The points that a configuration of that version, read by that release, may name.</summary>
    public static IEnumerable<string> Of(SchedulerApi api, int minor)
    {
        foreach (var point in Cycle)
            if (Since(point) <= minor && (point != "preEnqueue" || api.HasMultiPoint || api == SchedulerApi.V1Beta2))
                yield return point;
        if (api.HasMultiPoint)
            yield return MultiPoint;
    }

    /// <summary>The point as a configuration writes it, whatever its case was; a name that is not a point is returned unchanged.</summary>
    public static string InItsCase(string point) =>
        Cycle.Append(MultiPoint).FirstOrDefault(known => known.Equals(point, StringComparison.OrdinalIgnoreCase)) ?? point;

    /// <summary>Plugins there have a weight.</summary>
    public static bool HasWeight(string point) => point is Score or PlacementScore;

    private static int Since(string point) =>
        point switch
        {
            "preEnqueue" => 26,
            "placementGenerate" or PlacementScore => 36,
            _ => 0,
        };
}
