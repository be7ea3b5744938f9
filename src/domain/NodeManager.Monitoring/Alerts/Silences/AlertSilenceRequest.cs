using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Monitoring.Alerts.Silences;

/// <summary>A silence to create.</summary>
public sealed record AlertSilenceRequest
{
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromHours(2);

    /// <summary>The longest duration: a silence must not hide a fault forever.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(90);

    public static readonly TimeSpan ShortestDuration = TimeSpan.FromMinutes(1);

    public const int LongestReason = 500;

    /// <summary>The maximum number of names, causes or labels.</summary>
    public const int MaximumPatterns = 200;

    private const int LongestPattern = 317;

    private static readonly HashSet<string> ImpliedLabels = ["alertname", "cause", "cluster", "severity", "node"];

    /// <summary>See <see cref="NodeAlertSilence.Nodes"/>.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>See <see cref="NodeAlertSilence.Causes"/>.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    /// <summary>See <see cref="NodeAlertSilence.Labels"/>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>See <see cref="NodeAlertSilence.UntilResolved"/>.</summary>
    public bool UntilResolved { get; init; }

    public TimeSpan Duration { get; init; } = DefaultDuration;

    public required string Reason { get; init; }

    /// <summary>Covers this alert in every monitor: by its labels, as the ids of two monitors differ.</summary>
    public static AlertSilenceRequest Of(NodeAlert alert, string reason) => Of(alert.Labels, alert.Nodes, reason);

    /// <param name="labels">The labels of an alert.</param>
    /// <param name="nodes">Its nodes.</param>
    public static AlertSilenceRequest Of(IReadOnlyDictionary<string, string> labels, IReadOnlyList<string> nodes, string reason) =>
        new()
        {
            Causes = labels.TryGetValue("cause", out string? cause) ? [cause] : [],
            // The nodes of a group come and go; its own label remains.
            Nodes = labels.TryGetValue("node", out string? node) ? (nodes.Count > 0 ? nodes : [node]) : [],
            Labels = labels.Where(static label => !ImpliedLabels.Contains(label.Key)).ToDictionary(StringComparer.Ordinal),
            Reason = reason,
        };

    /// <exception cref="NodeManagerException">AlertSilenceInvalid.</exception>
    public void Check()
    {
        if (string.IsNullOrWhiteSpace(Reason) || Reason.Length > LongestReason)
            throw Invalid($"A silence needs a reason of at most {LongestReason} characters.", "Describe why the alerts need no attention.");
        if (Nodes.Count + Causes.Count + Labels.Count == 0)
            throw Invalid("The silence covers no certain alerts.", "Specify nodes or causes. To cover all alerts, use the cause '*'.");
        if (Duration < ShortestDuration || Duration > LongestDuration)
            throw Invalid(
                $"A silence lasts between {HumanDuration.Format(ShortestDuration)} and {HumanDuration.Format(LongestDuration)}.",
                "Choose a duration in this range."
            );
        if (
            Math.Max(Nodes.Count, Math.Max(Causes.Count, Labels.Count)) > MaximumPatterns
            || Nodes.Concat(Causes).Any(static text => text.Length is 0 or > LongestPattern)
            || Labels.Any(static label => label.Key.Length is 0 or > LongestPattern || label.Value.Length > LongestPattern)
        )
            throw Invalid(
                $"A silence has at most {MaximumPatterns} nodes, causes and labels, of 1 to {LongestPattern} characters.",
                "Use wildcards, or create several silences."
            );
        if (Nodes.Concat(Causes).FirstOrDefault(static text => !NamePattern.IsValid(text)) is { } wrong)
            throw Invalid($"'{wrong}' is not a valid name or wildcard.", "Correct the wildcard.");
    }

    private static NodeManagerException Invalid(string message, string action) =>
        new(ErrorIds.AlertSilenceInvalid, ErrorKind.InvalidArgument, message, null, action);
}
