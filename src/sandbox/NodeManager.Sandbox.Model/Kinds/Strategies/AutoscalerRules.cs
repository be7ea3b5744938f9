using System.Text.Json;
using NodeManager.Sandbox.Model.Kinds.Strategies.Beta;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>
/// Autoscalers, stored as <c>autoscaling/v2</c>. <c>autoscaling/v1</c> only has a field for CPU utilization and keeps other metrics in an
/// annotation.
/// </summary>
internal static class AutoscalerRules
{
    private const string Annotation = "autoscaling.alpha.kubernetes.io/metrics",
        Behavior = "autoscaling.alpha.kubernetes.io/behavior",
        Target = "targetCPUUtilizationPercentage",
        Utilization = "averageUtilization";
    private const int DefaultUtilization = 80;

    public static KindRules Rules { get; } =
        new()
        {
            PrepareCreate = static item => item["status"] = new JsonObject { ["desiredReplicas"] = 0 },
            Default = Default,
            Validate = Validate,
        };

    public static KindRules FirstVersion { get; } =
        new()
        {
            PrepareCreate = static item => item["status"] = new JsonObject { ["currentReplicas"] = 0, ["desiredReplicas"] = 0 },
            Default = static item => item.Ensure("spec").Default("minReplicas", 1),
            Validate = Validate,
            Show = static item =>
            {
                JsonObject spec = item.Ensure("spec");
                JsonObject[] metrics = [.. spec.Objects("metrics")];
                spec.Remove("metrics");
                JsonObject? cpu = metrics.FirstOrDefault(static metric => UtilizationOf(metric) is not null);
                if (cpu is not null)
                    spec[Target] = UtilizationOf(cpu);
                if (metrics.Length > (cpu is null ? 0 : 1))
                    item.Ensure("metadata").Ensure("annotations")[Annotation] = new JsonArray([
                        .. metrics.Where(metric => metric != cpu).Select(MetricForm.ToBeta),
                    ]).ToJsonString();
                ShowBehavior(item);
            },
            Store = static item =>
            {
                JsonObject spec = item.Ensure("spec");
                var metrics = new JsonArray();
                foreach (JsonObject metric in (Take(item, Annotation) as JsonArray ?? []).OfType<JsonObject>())
                    metrics.Add(MetricForm.FromBeta(metric));
                if (spec.Number(Target) is { } target)
                    metrics.Add(Cpu(target));
                else if (metrics.Count == 0)
                    metrics.Add(Cpu(DefaultUtilization));
                spec.Remove(Target);
                spec["metrics"] = metrics;
                StoreBehavior(item);
            },
        };

    /// <summary><c>autoscaling/v2beta2</c>: as <c>v2</c>, with a complete status.</summary>
    public static KindRules SecondBeta { get; } =
        new()
        {
            PrepareCreate = SetBetaStatus,
            Default = Default,
            Validate = Validate,
        };

    /// <summary><c>autoscaling/v2beta1</c>: metrics in another form, behavior in an annotation.</summary>
    public static KindRules FirstBeta { get; } =
        new()
        {
            PrepareCreate = SetBetaStatus,
            Default = static item =>
            {
                JsonObject spec = item.Ensure("spec");
                spec.Default("minReplicas", 1);
                if (spec.Array("metrics") is not { Count: > 0 })
                    spec["metrics"] = new JsonArray(MetricForm.ToBeta(Cpu(DefaultUtilization)));
            },
            Validate = Validate,
            Show = static item =>
            {
                JsonObject spec = item.Ensure("spec");
                spec["metrics"] = new JsonArray([.. spec.Objects("metrics").Select(MetricForm.ToBeta)]);
                ShowBehavior(item);
            },
            Store = static item =>
            {
                JsonObject spec = item.Ensure("spec");
                spec["metrics"] = new JsonArray([.. spec.Objects("metrics").Select(MetricForm.FromBeta)]);
                StoreBehavior(item);
            },
        };

    private static void SetBetaStatus(JsonObject item) =>
        item["status"] = new JsonObject
        {
            ["currentReplicas"] = 0,
            ["desiredReplicas"] = 0,
            ["currentMetrics"] = null,
            ["conditions"] = null,
        };

    private static void Default(JsonObject item)
    {
        JsonObject spec = item.Ensure("spec");
        spec.Default("minReplicas", 1);
        if (spec.Array("metrics") is not { Count: > 0 })
            spec["metrics"] = new JsonArray(Cpu(DefaultUtilization));
        if (spec.Object("behavior") is { } behavior)
            BehaviorForm.Default(behavior);
    }

    private static void ShowBehavior(JsonObject item)
    {
        if (item.Object("spec").Object("behavior") is not { } behavior)
            return;
        item.Object("spec")!.Remove("behavior");
        item.Ensure("metadata").Ensure("annotations")[Behavior] = BehaviorForm.ToAnnotation(behavior);
    }

    private static void StoreBehavior(JsonObject item)
    {
        if (Take(item, Behavior) is JsonObject behavior)
            item.Ensure("spec")["behavior"] = BehaviorForm.FromAnnotation(behavior);
    }

    private static JsonObject Cpu(long utilization) =>
        new()
        {
            ["type"] = "Resource",
            ["resource"] = new JsonObject
            {
                ["name"] = "cpu",
                ["target"] = new JsonObject { ["type"] = "Utilization", [Utilization] = utilization },
            },
        };

    private static long? UtilizationOf(JsonObject metric) =>
        metric.Object("resource").Text("name") == "cpu" ? metric.Object("resource").Object("target").Number(Utilization) : null;

    // Moves a field out of its annotation.
    private static JsonNode? Take(JsonObject item, string annotation)
    {
        if (item.Object("metadata").Object("annotations") is not { } annotations || annotations.Text(annotation) is not { } text)
            return null;
        annotations.Remove(annotation);
        if (annotations.Count == 0)
            item["metadata"]!.AsObject().Remove("annotations");
        try
        {
            return JsonNode.Parse(text, documentOptions: DocumentDepth.Options);
        }
        catch (JsonException)
        {
            // Any client may write the annotation, so invalid content is ignored.
            return null;
        }
    }

    private static void Validate(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = item["spec"]!.AsObject();
        long maximum = spec.Number("maxReplicas") ?? 0;
        if (spec.Number("minReplicas") is { } minimum)
        {
            if (minimum < 1)
                errors.Invalid("spec.minReplicas", minimum, "must be greater than or equal to 1");
            if (maximum < minimum && maximum > 0)
                errors.Invalid("spec.maxReplicas", maximum, "must be greater than or equal to `minReplicas`");
        }

        if (maximum < 1)
            errors.Invalid("spec.maxReplicas", maximum, "must be greater than 0");
        foreach (string member in (ReadOnlySpan<string>)["kind", "name"])
            if (string.IsNullOrEmpty(spec.Object("scaleTargetRef").Text(member)))
                errors.Required("spec.scaleTargetRef." + member);
    }
}
