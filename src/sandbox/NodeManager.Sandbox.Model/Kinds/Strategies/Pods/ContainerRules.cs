using System.Globalization;
using System.Text.Json;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

internal static class ContainerRules
{
    private const int LimitReportedFrom = 27;
    private const int FilesFrom = 34;
    private const int RelaxedVariablesFrom = 32;
    private const string OneSource = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`";
    private const string OneSourceOrFile =
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";

    public static void Validate(JsonObject? spec, HashSet<string> volumes, string at, FieldErrors errors)
    {
        JsonArray containers = spec.Array("containers") ?? [],
            initial = spec.Array("initContainers") ?? [];
        if (containers.Count == 0)
            errors.Required(at + ".containers");
        HashSet<string> names = new(StringComparer.Ordinal);
        ValidateAll(containers, at + ".containers", names, volumes, true, errors);
        ValidateAll(initial, at + ".initContainers", names, volumes, false, errors);
    }

    private static void ValidateAll(
        JsonArray containers,
        string at,
        HashSet<string> names,
        HashSet<string> volumes,
        bool hasProbes,
        FieldErrors errors
    )
    {
        for (int i = 0; i < containers.Count; i++)
        {
            JsonObject container = containers[i] as JsonObject ?? [];
            string path = string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"),
                name = container.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required(path + ".name");
            else
                errors.Check(path + ".name", name, NameRules.Label);
            if (string.IsNullOrEmpty(container.Text("image")))
                errors.Required(path + ".image");
            ValidateCommon(container, path, volumes, errors);
            if (!names.Add(name) && name.Length > 0)
                errors.Duplicate(path + ".name", name);
            if (!hasProbes)
                continue;
            foreach (string probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
                if (container.Object(probe) is { } one)
                    ValidateProbe(one, $"{path}.{probe}", probe != "readinessProbe", errors);
        }
    }

    private static void ValidateCommon(JsonObject container, string at, HashSet<string> volumes, FieldErrors errors)
    {
        if (container.Text("terminationMessagePolicy") is { } policy and not ("File" or "FallbackToLogsOnError"))
            errors.NotSupported(at + ".terminationMessagePolicy", $"\"{policy}\"", "File", "FallbackToLogsOnError");
        ValidatePorts(container.Array("ports") ?? [], at + ".ports", errors);
        ValidateVariables(container.Array("env") ?? [], at + ".env", errors);
        ValidateMounts(container.Array("volumeMounts") ?? [], at + ".volumeMounts", volumes, errors);
        if (container.Text("imagePullPolicy") is { } pullPolicy and not ("Always" or "IfNotPresent" or "Never"))
            errors.NotSupported(at + ".imagePullPolicy", $"\"{pullPolicy}\"", "Always", "IfNotPresent", "Never");
        ValidateResources(container.Object("resources"), at + ".resources", errors);
    }

    private static void ValidatePorts(JsonArray ports, string at, FieldErrors errors)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < ports.Count; i++)
        {
            var port = ports[i] as JsonObject;
            string path = $"{at}[{i}]",
                name = port.Text("name") ?? "",
                protocol = port.Text("protocol") ?? "";
            if (name.Length > 0 && errors.Check(path + ".name", name, NameRules.PortName) && !names.Add(name))
                errors.Duplicate(path + ".name", name);
            long number = port.Number("containerPort") ?? 0,
                host = port.Number("hostPort") ?? 0;
            if (number == 0)
                errors.Required(path + ".containerPort");
            else if (number is < 1 or > 65535)
                errors.Invalid(path + ".containerPort", number, ServiceRules.PortRange);
            if (host is < 0 or > 65535)
                errors.Invalid(path + ".hostPort", host, ServiceRules.PortRange);
            if (protocol.Length == 0)
                errors.Required(path + ".protocol");
            else if (protocol is not ("TCP" or "UDP" or "SCTP"))
                errors.NotSupported(path + ".protocol", $"\"{protocol}\"", "SCTP", "TCP", "UDP");
        }
    }

    private static void ValidateVariables(JsonArray variables, string at, FieldErrors errors)
    {
        for (int i = 0; i < variables.Count; i++)
        {
            var variable = variables[i] as JsonObject;
            string path = $"{at}[{i}]",
                name = variable.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required(path + ".name");
            else
                errors.Check(path + ".name", name, errors.Minor >= RelaxedVariablesFrom ? NameRules.AnyVariable : NameRules.Variable);
            if (variable.Object("valueFrom") is not { } source)
                continue;
            int sources = source.Count(static pair => pair.Value is JsonObject);
            if (source.Object("fieldRef") is { } field)
            {
                if (string.IsNullOrEmpty(field.Text("apiVersion")))
                    errors.Required(path + ".valueFrom.fieldRef.apiVersion");
                if (string.IsNullOrEmpty(field.Text("fieldPath")))
                    errors.Required(path + ".valueFrom.fieldRef.fieldPath");
                else if (!IsField(field.Text("fieldPath")!))
                    errors.Invalid(
                        path + ".valueFrom.fieldRef.fieldPath",
                        field.Text("fieldPath"),
                        $"error converting fieldPath: field label not supported: {field.Text("fieldPath")}"
                    );
            }

            if (sources == 0)
                errors.Invalid(path + ".valueFrom", "", errors.Minor >= FilesFrom ? OneSourceOrFile : OneSource);
            if (!string.IsNullOrEmpty(variable.Text("value")) && sources > 0)
                errors.Invalid(path + ".valueFrom", "", "may not be specified when `value` is not empty");
            else if (sources > 1)
                errors.Invalid(path + ".valueFrom", "", "may not have more than one field specified at a time");
        }
    }

    private static bool IsField(string path) =>
        path
            is "metadata.name"
                or "metadata.namespace"
                or "metadata.uid"
                or "spec.nodeName"
                or "spec.serviceAccountName"
                or "spec.restartPolicy"
                or "spec.schedulerName"
                or "spec.hostNetwork"
                or "status.hostIP"
                or "status.hostIPs"
                or "status.podIP"
                or "status.podIPs"
                or "status.phase"
                or "metadata.labels"
                or "metadata.annotations"
        || path.StartsWith("metadata.labels['", StringComparison.Ordinal)
        || path.StartsWith("metadata.annotations['", StringComparison.Ordinal);

    private static void ValidateMounts(JsonArray mounts, string at, HashSet<string> volumes, FieldErrors errors)
    {
        HashSet<string> paths = new(StringComparer.Ordinal);
        for (int i = 0; i < mounts.Count; i++)
        {
            var mount = mounts[i] as JsonObject;
            string path = $"{at}[{i}]",
                name = mount.Text("name") ?? "",
                where = mount.Text("mountPath") ?? "";
            if (name.Length == 0)
                errors.Required(path + ".name");
            if (!volumes.Contains(name))
                errors.Add("FieldValueNotFound", path + ".name", $"Not found: \"{name}\"");
            if (where.Length == 0)
                errors.Required(path + ".mountPath");
            if (!paths.Add(where))
                errors.Invalid(path + ".mountPath", where, "must be unique");
        }
    }

    private static void ValidateResources(JsonObject? resources, string at, FieldErrors errors)
    {
        JsonObject? limits = resources.Object("limits");
        foreach (string part in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach ((string name, JsonNode? amount) in resources.Object(part) ?? [])
            {
                string path = $"{at}.{part}[{name}]";
                CheckResourceName(name, path, errors);
                if (!TryRead(amount, out Quantity quantity))
                    continue;
                if (quantity < default(Quantity))
                    errors.Invalid(path, Show(amount), "must be greater than or equal to 0");
                if (part == "requests" && TryRead(limits?[name], out Quantity limit) && quantity > limit)
                    errors.Invalid(
                        $"{at}.{part}",
                        Show(amount),
                        $"must be less than or equal to {name} limit{(errors.Minor >= LimitReportedFrom ? " of " + Show(limits![name]) : "")}"
                    );
            }
        }
    }

    private static void CheckResourceName(string name, string at, FieldErrors errors)
    {
        errors.Check(at, name, NameRules.QualifiedName);
        if (name.Contains('/', StringComparison.Ordinal))
            return;
        if (name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal))
            return;
        errors.Invalid(at, name, "must be a standard resource for containers");
    }

    private static bool TryRead(JsonNode? amount, out Quantity quantity)
    {
        quantity = default;
        return amount is not null && Quantity.TryParse(Show(amount), out quantity);
    }

    private static string Show(JsonNode? amount) =>
        amount?.GetValueKind() == JsonValueKind.String ? (string)amount! : amount?.ToJsonString() ?? "";

    private static void ValidateProbe(JsonObject probe, string at, bool succeedsOnce, FieldErrors errors)
    {
        int handlers = 0;
        foreach (string kind in (ReadOnlySpan<string>)["exec", "httpGet", "tcpSocket", "grpc"])
        {
            if (probe.Object(kind) is not { } handler)
                continue;
            string path = $"{at}.{kind}";
            if (handlers++ > 0)
            {
                errors.Forbidden(path, "may not specify more than 1 handler type");
                continue;
            }

            if (kind == "exec" && handler.Array("command") is not { Count: > 0 })
                errors.Required(path + ".command");
            if (kind is "httpGet" or "tcpSocket")
                CheckPort(handler["port"], path + ".port", errors);
            if (kind == "httpGet" && handler.Text("scheme") is { } scheme and not ("HTTP" or "HTTPS"))
                errors.NotSupported(path + ".scheme", $"\"{scheme}\"", "HTTP", "HTTPS");
        }

        if (handlers == 0)
            errors.Required(at, "must specify a handler type");
        foreach (
            string member in (ReadOnlySpan<string>)
                ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
        )
            if (probe.Number(member) is < 0 and var number)
                errors.Invalid($"{at}.{member}", number, "must be greater than or equal to 0");
        if (succeedsOnce && (probe.Number("successThreshold") ?? 0) is not 1 and var successes)
            errors.Invalid(at + ".successThreshold", successes, "must be 1");
    }

    private static void CheckPort(JsonNode? port, string at, FieldErrors errors)
    {
        if (port?.GetValueKind() == JsonValueKind.String)
            errors.Check(at, (string)port!, NameRules.PortName);
        else if ((port.AsNumber() ?? 0) is (< 1 or > 65535) and var number)
            errors.Invalid(at, number, ServiceRules.PortRange);
    }
}
