namespace NodeManager.Sandbox.Model.Kinds.Strategies.Beta;

/// <summary>
/// Ingresses of <c>networking.k8s.io/v1beta1</c> and <c>extensions/v1beta1</c>: a backend is a name and a port side by side, and a path
/// needs no type. Source: conversion and defaults of these versions in Kubernetes 1.20.
/// </summary>
internal static class IngressForm
{
    public static KindRules Rules { get; } =
        new()
        {
            PrepareCreate = static item => item["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
            Default = static item =>
            {
                foreach (JsonObject path in Paths(item))
                    path.Default("pathType", "ImplementationSpecific");
            },
            Validate = static (item, _, errors) =>
            {
                JsonObject stored = item.DeepClone().AsObject();
                Store(stored);
                NetworkingRules.ValidateIngress(stored, true, errors);
            },
            Show = Show,
            Store = Store,
        };

    private static void Show(JsonObject item)
    {
        JsonObject spec = item.Ensure("spec");
        if (spec.Object("defaultBackend") is { } backend)
        {
            spec.Remove("defaultBackend");
            spec["backend"] = ToBeta(backend);
        }

        foreach (JsonObject path in Paths(item))
            if (path.Object("backend") is { } target)
                path["backend"] = ToBeta(target);
    }

    private static void Store(JsonObject item)
    {
        JsonObject spec = item.Ensure("spec");
        if (spec.Object("backend") is { } backend)
        {
            spec.Remove("backend");
            spec["defaultBackend"] = FromBeta(backend);
        }

        foreach (JsonObject path in Paths(item))
            if (path.Object("backend") is { } target)
                path["backend"] = FromBeta(target);
    }

    private static IEnumerable<JsonObject> Paths(JsonObject item) =>
        item.Object("spec").Objects("rules").SelectMany(static rule => rule.Object("http").Array("paths") ?? []).OfType<JsonObject>();

    private static JsonObject ToBeta(JsonObject backend)
    {
        JsonObject beta = [];
        if (backend.Object("service") is { } service)
        {
            beta["serviceName"] = service["name"]?.DeepClone();
            beta["servicePort"] = (service.Object("port")?["name"] ?? service.Object("port")?["number"])?.DeepClone() ?? 0;
        }

        if (backend.Object("resource") is { } resource)
        {
            beta["resource"] = resource.DeepClone();
            beta.Default("servicePort", 0);
        }

        return beta;
    }

    private static JsonObject FromBeta(JsonObject beta)
    {
        JsonObject backend = [];
        JsonNode? port = beta["servicePort"];
        bool isNamed = port is JsonValue value && value.TryGetValue(out string? _);
        if (beta.Text("serviceName") is { Length: > 0 } || isNamed || port.AsNumber() is > 0)
        {
            backend["service"] = new JsonObject
            {
                ["name"] = beta.Text("serviceName") ?? "",
                ["port"] =
                    isNamed ? new JsonObject { ["name"] = port!.DeepClone() }
                    : port.AsNumber() is > 0 ? new JsonObject { ["number"] = port!.DeepClone() }
                    : new JsonObject(),
            };
        }

        if (beta.Object("resource") is { } resource)
            backend["resource"] = resource.DeepClone();
        return backend;
    }
}
