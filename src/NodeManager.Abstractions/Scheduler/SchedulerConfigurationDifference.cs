namespace NodeManager;

/// <summary>One thing that two scheduler configurations say differently.</summary>
public sealed class SchedulerConfigurationDifference
{
    /// <summary><c>Added</c>, <c>Removed</c>, <c>Changed</c>, or <c>Moved</c> where a list holds the same in another order.</summary>
    public required string Type { get; init; }

    /// <summary>The path; named items by their name: <c>profiles[default-scheduler].plugins.score.enabled[ImageLocality].weight</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The value before, as one line of YAML; empty where there was none.</summary>
    public string Before { get; init; } = "";

    public string After { get; init; } = "";

    public override string ToString() =>
        Type switch
        {
            "Added" => $"{Path}: added {After}",
            "Removed" => $"{Path}: removed {Before}",
            _ => $"{Path}: {Before} -> {After}",
        };
}
