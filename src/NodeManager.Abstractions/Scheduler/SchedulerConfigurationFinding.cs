namespace NodeManager;

/// <summary>A rule that a scheduler configuration breaks.</summary>
public sealed class SchedulerConfigurationFinding
{
    /// <summary><c>Error</c>: the scheduler does not start with it. <c>Warning</c>: it starts, and does not do what the text seems to say.</summary>
    public required string Severity { get; init; }

    /// <summary>Which rule; stable: scripts match on it.</summary>
    public required string Rule { get; init; }

    /// <summary>The path in the document: <c>profiles[0].plugins.score.enabled[1].weight</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The checked file, or ConfigMap and key.</summary>
    public string File { get; init; } = "";

    /// <summary>The line in the text, from 1; in a ConfigMap's key that of its value.</summary>
    public int Line { get; init; }

    public required string Message { get; init; }

    public required string RecommendedAction { get; init; }

    public override string ToString() => $"{Severity} {Path}: {Message}";
}
