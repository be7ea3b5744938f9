using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.NodePools;

namespace NodeManager.Providers.PoolService;

internal static class PoolStatusMapper
{
    public static IReadOnlyList<NodePoolControllerStatus> Map(WireStatus status) => [.. (status.ControllerStatus ?? []).Select(Map)];

    public static WireController Map(PoolStatusReport report) =>
        new()
        {
            ControllerName = report.Controller,
            ObservedGeneration = report.ObservedGeneration,
            Conditions =
            [
                .. report.Conditions.Select(static one => new WireCondition
                {
                    Type = one.Type,
                    Status = one.Status,
                    LastTransitionTime = one.LastTransitionTime,
                    Reason = Given(one.Reason),
                    Message = Given(one.Message),
                }),
            ],
            Metadata = report.Metadata,
        };

    private static NodePoolControllerStatus Map(WireController controller) =>
        new()
        {
            Name = controller.ControllerName ?? "",
            ObservedGeneration = controller.ObservedGeneration,
            Conditions = new([
                .. (controller.Conditions ?? []).Select(static one => new NodeCondition
                {
                    Type = one.Type ?? "",
                    Status = one.Status ?? "",
                    LastTransitionTime = one.LastTransitionTime,
                    Reason = one.Reason ?? "",
                    Message = one.Message ?? "",
                }),
            ]),
            Metadata = (controller.Metadata ?? []).ToDictionary(static one => one.Key, static one => Value(one.Value)),
            UpdatedAt = controller.UpdatedAt,
        };

    private static object? Value(JsonNode? node) =>
        node?.GetValueKind() switch
        {
            null or JsonValueKind.Null => null,
            JsonValueKind.String => node.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when node.AsValue().TryGetValue(out long whole) => whole,
            JsonValueKind.Number when node.AsValue().TryGetValue(out decimal number) => number,
            _ => node.ToJsonString(),
        };

    private static string? Given(string text) => text.Length > 0 ? text : null;
}
