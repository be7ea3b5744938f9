namespace NodeManager.Sandbox.Controllers.Endpoints;

/// <summary>The ports of a service on a pod: named target ports are resolved.</summary>
internal static class ServicePorts
{
    public static List<JsonObject> On(JsonObject service, JsonObject pod)
    {
        List<JsonObject> found = [];
        foreach (JsonObject port in service.Object("spec").Objects("ports"))
        {
            string protocol = port.Text("protocol") ?? "TCP";
            if (Number(port["targetPort"], protocol, pod) is not { } number)
                continue;
            found.Add(
                new()
                {
                    ["name"] = port.Text("name") ?? "",
                    ["port"] = number,
                    ["protocol"] = protocol,
                }
            );
        }

        return found;
    }

    private static long? Number(JsonNode? target, string protocol, JsonObject pod)
    {
        if (target.AsNumber() is { } number)
            return number;
        if (target is not JsonValue value || !value.TryGetValue(out string? name))
            return null;
        return pod.Object("spec")
            .Objects("containers")
            .SelectMany(static container => container.Array("ports") ?? [])
            .OfType<JsonObject>()
            .FirstOrDefault(port => port.Text("name") == name && (port.Text("protocol") ?? "TCP") == protocol)
            .Number("containerPort");
    }
}
