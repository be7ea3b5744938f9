using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Ingresses, their classes and network policies. Source: defaults and validation of networking.k8s.io/v1.</summary>
internal static class NetworkingRules
{
    public static KindRules Ingresses { get; } =
        new()
        {
            PrepareCreate = static item => item["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
            Validate = static (item, _, errors) => ValidateIngress(item, false, errors),
        };

    public static KindRules IngressClasses { get; } =
        new()
        {
            Default = static item => item.Object("spec").Object("parameters")?.Default("scope", "Cluster"),
            ValidateUpdate = static (item, old, errors) =>
            {
                string? controller = item.Object("spec").Text("controller");
                if (controller != old.Object("spec").Text("controller"))
                    errors.Invalid("spec.controller", controller, "field is immutable");
            },
        };

    public static KindRules Policies { get; } =
        new()
        {
            Default = static item =>
            {
                JsonObject spec = item.Ensure("spec");
                if (spec.Array("policyTypes") is not { Count: > 0 })
                    spec["policyTypes"] = spec.Array("egress") is { Count: > 0 }
                        ? new JsonArray("Ingress", "Egress")
                        : new JsonArray("Ingress");
                foreach (string direction in (ReadOnlySpan<string>)["ingress", "egress"])
                foreach (JsonObject rule in spec.Objects(direction))
                foreach (JsonObject port in rule.Objects("ports"))
                    port.Default("protocol", "TCP");
            },
            Validate = static (item, _, errors) =>
            {
                JsonArray types = item["spec"]!.AsObject().Array("policyTypes") ?? [];
                for (int i = 0; i < types.Count; i++)
                    if ((string?)types[i] is var type and not ("Ingress" or "Egress"))
                        errors.NotSupported($"spec.policyTypes[{i}]", $"\"{type}\"", "Egress", "Ingress");
            },
        };

    /// <summary>Validates an Ingress in the form of the newest version.</summary>
    /// <param name="isBeta">Report fields under their v1beta1 names.</param>
    public static void ValidateIngress(JsonObject item, bool isBeta, FieldErrors errors)
    {
        JsonObject spec = item.Ensure("spec");
        JsonArray rules = spec.Array("rules") ?? [];
        string whole = isBeta ? "backend" : "defaultBackend";
        if (rules.Count == 0 && spec["defaultBackend"] is null)
            errors.Invalid("spec", spec["rules"], $"either `{whole}` or `rules` must be specified");
        if (spec.Object("defaultBackend") is { } backend)
            ValidateBackend(backend, "spec." + whole, isBeta, errors);
        for (int i = 0; i < rules.Count; i++)
            ValidateRule(rules[i] as JsonObject ?? [], $"spec.rules[{i}]", isBeta, errors);
    }

    private static void ValidateRule(JsonObject rule, string at, bool isBeta, FieldErrors errors)
    {
        string host = rule.Text("host") ?? "";
        if (host.Length > 0)
            errors.Check(at + ".host", host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host, NameRules.Subdomain);
        if (rule.Object("http") is not { } http)
            return;
        JsonArray paths = http.Array("paths") ?? [];
        if (paths.Count == 0)
            errors.Required(at + ".http.paths");
        for (int i = 0; i < paths.Count; i++)
            ValidatePath(paths[i] as JsonObject ?? [], $"{at}.http.paths[{i}]", isBeta, errors);
    }

    private static void ValidatePath(JsonObject path, string at, bool isBeta, FieldErrors errors)
    {
        string text = path.Text("path") ?? "";
        switch (path.Text("pathType"))
        {
            case null:
                errors.Required(at + ".pathType", "pathType must be specified");
                return;
            case "Exact" or "Prefix" when !text.StartsWith('/'):
            case "ImplementationSpecific" when text.Length > 0 && !text.StartsWith('/'):
                errors.Invalid(at + ".path", text, "must be an absolute path");
                break;
            case "Exact" or "Prefix" or "ImplementationSpecific":
                break;
            case var other:
                errors.NotSupported(at + ".pathType", $"\"{other}\"", "Exact", "ImplementationSpecific", "Prefix");
                break;
        }

        ValidateBackend(path.Object("backend") ?? [], at + ".backend", isBeta, errors);
    }

    private static void ValidateBackend(JsonObject backend, string at, bool isBeta, FieldErrors errors)
    {
        if (backend.Object("service") is not { } service)
        {
            if (backend["resource"] is null)
                errors.Invalid(at, "", "resource or service backend is required");
            return;
        }

        if (backend["resource"] is not null)
        {
            errors.Invalid(at, "", "cannot set both resource and service backends");
            return;
        }

        string name = service.Text("name") ?? "",
            port = service.Object("port").Text("name") ?? "";
        long number = service.Object("port").Number("number") ?? 0;
        string nameField = at + (isBeta ? ".serviceName" : ".service.name");
        if (name.Length == 0)
            errors.Required(nameField);
        else
            errors.Check(nameField, name, NameRules.Label);
        if (port.Length > 0 && number != 0)
            errors.Invalid(at, "", "cannot set both port name & port number");
        else if (port.Length > 0)
            errors.Check(at + (isBeta ? ".servicePort" : ".service.port.name"), port, NameRules.PortName);
        else if (number is < 0 or > 65535)
            errors.Invalid(at + (isBeta ? ".servicePort" : ".service.port.number"), number, ServiceRules.PortRange);
        else if (number == 0)
            errors.Required(at, "port name or number is required");
    }
}
