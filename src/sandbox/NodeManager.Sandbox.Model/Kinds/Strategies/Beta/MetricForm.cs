namespace NodeManager.Sandbox.Model.Kinds.Strategies.Beta;

/// <summary>
/// Metrics of <c>autoscaling/v2beta1</c>, and of the annotation of <c>autoscaling/v1</c>: name and target are fields of the source.
/// </summary>
internal static class MetricForm
{
    private const string Utilization = "averageUtilization",
        Average = "averageValue",
        Value = "value";

    public static JsonObject ToBeta(JsonObject metric)
    {
        JsonObject beta = [];
        foreach ((string member, JsonNode? value) in metric)
            beta[member] = value is JsonObject source ? SourceToBeta(member, source) : value?.DeepClone();
        return beta;
    }

    public static JsonObject FromBeta(JsonObject beta)
    {
        JsonObject metric = [];
        foreach ((string member, JsonNode? value) in beta)
            metric[member] = value is JsonObject source ? SourceFromBeta(member, source) : value?.DeepClone();
        return metric;
    }

    private static JsonObject SourceToBeta(string type, JsonObject source)
    {
        JsonObject beta = [],
            target = source.Object("target") ?? [],
            metric = source.Object("metric") ?? [];
        switch (type)
        {
            case "resource" or "containerResource":
                Copy(source, "name", beta, "name");
                Copy(source, "container", beta, "container");
                Copy(target, Utilization, beta, "targetAverageUtilization");
                Copy(target, Average, beta, "targetAverageValue");
                break;
            case "pods":
                Copy(metric, "name", beta, "metricName");
                Copy(metric, "selector", beta, "selector");
                Copy(target, Average, beta, "targetAverageValue");
                break;
            case "object":
                Copy(source, "describedObject", beta, "target");
                Copy(metric, "name", beta, "metricName");
                Copy(metric, "selector", beta, "selector");
                beta["targetValue"] = target[Value]?.DeepClone() ?? "0";
                Copy(target, Average, beta, Average);
                break;
            case "external":
                Copy(metric, "name", beta, "metricName");
                Copy(metric, "selector", beta, "metricSelector");
                Copy(target, Value, beta, "targetValue");
                Copy(target, Average, beta, "targetAverageValue");
                break;
        }

        return beta;
    }

    private static JsonObject SourceFromBeta(string type, JsonObject beta)
    {
        JsonObject source = [],
            target = [],
            metric = [];
        switch (type)
        {
            case "resource" or "containerResource":
                Copy(beta, "name", source, "name");
                Copy(beta, "container", source, "container");
                target["type"] = beta["targetAverageUtilization"] is null ? "AverageValue" : "Utilization";
                Copy(beta, "targetAverageUtilization", target, Utilization);
                Copy(beta, "targetAverageValue", target, Average);
                break;
            case "pods":
                target["type"] = "AverageValue";
                Copy(beta, "metricName", metric, "name");
                Copy(beta, "selector", metric, "selector");
                Copy(beta, "targetAverageValue", target, Average);
                break;
            case "object":
                target["type"] = beta[Average] is null ? "Value" : "AverageValue";
                Copy(beta, "target", source, "describedObject");
                Copy(beta, "metricName", metric, "name");
                Copy(beta, "selector", metric, "selector");
                Copy(beta, "targetValue", target, Value);
                Copy(beta, Average, target, Average);
                break;
            case "external":
                target["type"] = beta["targetAverageValue"] is null ? "Value" : "AverageValue";
                Copy(beta, "metricName", metric, "name");
                Copy(beta, "metricSelector", metric, "selector");
                Copy(beta, "targetValue", target, Value);
                Copy(beta, "targetAverageValue", target, Average);
                break;
        }

        if (metric.Count > 0)
            source["metric"] = metric;
        source["target"] = target;
        return source;
    }

    private static void Copy(JsonObject from, string member, JsonObject to, string name)
    {
        if (from[member] is { } value)
            to[name] = value.DeepClone();
    }
}
