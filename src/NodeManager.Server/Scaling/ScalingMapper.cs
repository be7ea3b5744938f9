using System.Text.Json.Nodes;

namespace NodeManager.Server.Scaling;

/// <summary>Maps decisions of the autoscaler and their explanations.</summary>
internal static class ScalingMapper
{
    public static ApiScaleDecision Map(NodeScaleDecision one) => new(one.At, one.Pool, one.Target, one.Decision, one.Reason);

    public static ApiScaleExplanation Map(NodeScalePlanPod pod) =>
        new(
            NodeScaleDifference.Pod,
            $"{pod.Namespace}/{pod.Name}",
            pod.Decision,
            pod.Reason,
            pod.Message,
            Map(pod.Suggestion),
            [.. pod.History.Select(Map)]
        );

    public static ApiScaleExplanation Map(NodeScalePlanNode node) =>
        new(
            NodeScaleDifference.Node,
            node.Node.Length > 0 ? node.Node : node.Claim,
            node.Decision,
            node.Reason,
            node.Message,
            Map(node.Suggestion),
            [.. node.History.Select(Map)]
        );

    private static ApiScaleSuggestion? Map(NodeScaleSuggestion? one) =>
        one is null
            ? null
            : new(one.Pool, one.Field, one.Before, one.After, one.PriceChange, JsonNode.Parse(one.Patch)!.AsObject(), one.Message);
}
