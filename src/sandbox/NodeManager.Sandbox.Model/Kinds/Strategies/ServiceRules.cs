using System.Globalization;
using System.Net;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Strategies.Common;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Services; addresses and ports are allocated in the store.</summary>
internal static class ServiceRules
{
    public const string PortRange = "must be between 1 and 65535, inclusive";

    private const int InternalPolicyFrom = 22;

    private static readonly string[] Types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

    public static KindRules Rules { get; } =
        new()
        {
            CheckName = NameRules.LetterLabel,
            PrepareCreate = static service => service["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
            Default = Default,
            DefaultAt = static (service, minor) =>
            {
                if (minor >= InternalPolicyFrom && service.Object("spec").Text("type") != "ExternalName")
                    service["spec"]!.AsObject().Default("internalTrafficPolicy", "Cluster");
            },
            Validate = Validate,
        };

    private static void Default(JsonObject service)
    {
        JsonObject spec = service.Ensure("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        if (spec.Text("sessionAffinity") == "ClientIP")
            spec.Ensure("sessionAffinityConfig").Ensure("clientIP").Default("timeoutSeconds", 10_800);
        if (spec.Text("type") is "NodePort" or "LoadBalancer")
            spec.Default("externalTrafficPolicy", "Cluster");
        foreach (JsonObject port in spec.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["port"] is { } number)
                port.Default("targetPort", number.DeepClone());
        }
    }

    private static void Validate(JsonObject service, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = service["spec"]!.AsObject();
        string type = spec.Text("type") ?? "",
            address = spec.Text("clusterIP") ?? "";
        JsonObject[] ports = [.. spec.Objects("ports")];
        if (ports.Length == 0 && type != "ExternalName" && address != "None")
            errors.Required("spec.ports");
        for (int i = 0; i < ports.Length; i++)
            CheckPort(ports, i, errors);
        if (!Types.Contains(type))
            errors.NotSupported("spec.type", $"\"{type}\"", Types);
        if (type == "ExternalName" && string.IsNullOrEmpty(spec.Text("externalName")))
            errors.Required("spec.externalName");
        if (type is "NodePort" or "LoadBalancer" && address == "None")
            errors.Invalid("spec.clusterIPs[0]", "None", $"may not be set to 'None' for {type} services");
        SelectorRules.ValidateLabels(spec.Object("selector"), "spec.selector", errors);
        if (spec.Text("sessionAffinity") is { } affinity && affinity is not ("ClientIP" or "None"))
            errors.NotSupported("spec.sessionAffinity", $"\"{affinity}\"", "ClientIP", "None");
        if (
            address.Length > 0
            && address != "None"
            && (!IPAddress.TryParse(address, out _) || !address.Contains('.', StringComparison.Ordinal))
        )
            errors.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        if (errors.Minor >= InternalPolicyFrom && spec.Text("internalTrafficPolicy") is { } policy and not ("Cluster" or "Local"))
            errors.NotSupported("spec.internalTrafficPolicy", $"\"{policy}\"", "Cluster", "Local");
    }

    private static void CheckPort(JsonObject[] ports, int index, FieldErrors errors)
    {
        JsonObject port = ports[index];
        string path = string.Create(CultureInfo.InvariantCulture, $"spec.ports[{index}]"),
            name = port.Text("name") ?? "";
        if (name.Length == 0)
        {
            if (ports.Length > 1)
                errors.Required(path + ".name");
        }
        else
        {
            errors.Check(path + ".name", name, NameRules.Label);
        }

        if (name.Length > 0 && ports.Take(index).Any(other => other.Text("name") == name))
            errors.Duplicate(path + ".name", name);
        CheckNumber(port["port"], path + ".port", errors);
        if (port["targetPort"] is JsonValue target && target.GetValueKind() == System.Text.Json.JsonValueKind.Number)
            CheckNumber(target, path + ".targetPort", errors);
        if (port.Text("targetPort") is { } named)
            errors.Check(path + ".targetPort", named, NameRules.PortName);
        if (port.Text("protocol") is { } protocol && protocol is not ("TCP" or "UDP" or "SCTP"))
            errors.NotSupported(path + ".protocol", $"\"{protocol}\"", "SCTP", "TCP", "UDP");
    }

    private static void CheckNumber(JsonNode? port, string path, FieldErrors errors)
    {
        long number = port.AsNumber() ?? 0;
        if (number is < 1 or > 65535)
            errors.Invalid(path, number, PortRange);
    }
}
