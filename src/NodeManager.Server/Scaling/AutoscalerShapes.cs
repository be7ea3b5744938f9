using NodeManager.Server.Responses;

namespace NodeManager.Server.Scaling;

/// <summary>An object that the autoscaler needs.</summary>
/// <param name="Namespace">Absent for objects of the whole cluster.</param>
/// <param name="Status">See <see cref="AutoscalerObjectStatus"/>; with <c>dry_run</c>, what the installation would do.</param>
internal sealed record ApiAutoscalerObject(
    string Kind,
    string Name,
    string? Namespace,
    string Status,
    IReadOnlyList<ApiAutoscalerChange> Changes
)
{
    public static ApiAutoscalerObject Of(AutoscalerObject one) =>
        new(
            one.Kind,
            one.Name,
            AnswerText.NullIfEmpty(one.Namespace),
            one.Status,
            [.. one.Changes.Select(static change => new ApiAutoscalerChange(change.Field, change.Before, change.After))]
        );
}

internal sealed record ApiAutoscalerChange(string Field, string? Before, string? After);
