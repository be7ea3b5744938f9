using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Model.Kinds.Rules;

/// <summary>
/// Autoscalers: stored as <c>autoscaling/v2</c> has them. <c>autoscaling/v1</c> has a field for the CPU's utilization alone and keeps the
/// other metrics in an annotation.
/// </summary>
internal static class AutoscalerRules
{
    private const string Annotation = "autoscaling.alpha.kubernetes.io/metrics", Target = "targetCPUUtilizationPercentage", Utilization = "averageUtilization";
    private const int DefaultUtilization = 80;

    public static KindRules Rules { get; } = new()
    {
        PrepareCreate = static item => item["status"] = new JsonObject { ["desiredReplicas"] = 0 },
        Default = static item =>
        {
            JsonObject spec = item.Ensure("spec");
            spec.Default("minReplicas", 1);
            if (spec.Array("metrics") is not { Count: > 0 }) spec["metrics"] = new JsonArray(Cpu(DefaultUtilization));
        },
        Validate = Validate,
    };

    public static KindRules FirstVersion { get; } = new()
    {
        PrepareCreate = static item => item["status"] = new JsonObject { ["currentReplicas"] = 0, ["desiredReplicas"] = 0 },
        Default = static item => item.Ensure("spec").Default("minReplicas", 1),
        Validate = Validate,
        Show = static item =>
        {
            JsonObject spec = item.Ensure("spec");
            JsonObject[] metrics = [.. (spec.Array("metrics") ?? []).OfType<JsonObject>()];
            spec.Remove("metrics");
            JsonObject? cpu = metrics.FirstOrDefault(static metric => UtilizationOf(metric) is not null);
            if (cpu is not null) spec[Target] = UtilizationOf(cpu);
            if (metrics.Length > (cpu is null ? 0 : 1))
                item.Ensure("metadata").Ensure("annotations")[Annotation] = new JsonArray([.. metrics.Where(metric => metric != cpu).Select(static metric => metric.DeepClone())]).ToJsonString();
        },
        Store = static item =>
        {
            JsonObject spec = item.Ensure("spec");
            var metrics = new JsonArray();
            foreach (JsonNode? metric in Others(item)) metrics.Add(metric?.DeepClone());
            if (spec.Number(Target) is { } target) metrics.Insert(0, Cpu(target));
            else if (metrics.Count == 0) metrics.Add(Cpu(DefaultUtilization));
            spec.Remove(Target);
            spec["metrics"] = metrics;
        },
    };

    private static JsonObject Cpu(long utilization) => new()
    {
        ["type"] = "Resource",
        ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", [Utilization] = utilization } },
    };

    private static long? UtilizationOf(JsonObject metric) =>
        metric.Object("resource").Text("name") == "cpu" ? metric.Object("resource").Object("target").Number(Utilization) : null;

    // Takes them out of the annotation that showed them.
    private static JsonArray Others(JsonObject item)
    {
        if (item.Object("metadata").Object("annotations") is not { } annotations || annotations.Text(Annotation) is not { } text) return [];
        annotations.Remove(Annotation);
        if (annotations.Count == 0) item["metadata"]!.AsObject().Remove("annotations");
        try
        {
            return JsonNode.Parse(text, documentOptions: DocumentDepth.Options) as JsonArray ?? [];
        }
        catch (JsonException)
        {
            // Anybody may write the annotation.
            return [];
        }
    }

    private static void Validate(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = item["spec"]!.AsObject();
        long most = spec.Number("maxReplicas") ?? 0;
        if (spec.Number("minReplicas") is { } least)
        {
            if (least < 1) errors.Invalid("spec.minReplicas", least, "must be greater than or equal to 1");
            if (most < least && most > 0) errors.Invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`");
        }

        if (most < 1) errors.Invalid("spec.maxReplicas", most, "must be greater than 0");
        foreach (string member in (ReadOnlySpan<string>)["kind", "name"])
            if (string.IsNullOrEmpty(spec.Object("scaleTargetRef").Text(member))) errors.Required("spec.scaleTargetRef." + member);
    }
}
