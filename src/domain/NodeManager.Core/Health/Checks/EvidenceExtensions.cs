using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Core.Health.Checks;

/// <summary>Converts API objects to evidence.</summary>
internal static class EvidenceExtensions
{
    public static NodeEvidence Evidence(this HealthInput input, Condition condition) =>
        new()
        {
            Kind = "Condition",
            Name = condition.Type,
            Message = string.Join(
                ": ",
                ((string?[])[condition.Status, condition.Reason, condition.Message]).Where(static part => !string.IsNullOrEmpty(part))
            ),
            At = condition.LastTransitionTime,
        };

    public static NodeEvidence Evidence(this Event one) =>
        new()
        {
            Kind = "Event",
            Name = one.Reason ?? "",
            At = one.LastAt(),
            Message = one.Count > 1 ? $"{one.Message} ({one.Count} times)" : one.Message ?? "",
        };
}
