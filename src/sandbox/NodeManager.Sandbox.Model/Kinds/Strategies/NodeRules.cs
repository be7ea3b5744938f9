namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class NodeRules
{
    private const string NotReady = "node.kubernetes.io/not-ready";

    private static readonly string[] Information =
    [
        "machineID",
        "systemUUID",
        "bootID",
        "kernelVersion",
        "osImage",
        "containerRuntimeVersion",
        "kubeletVersion",
        "kubeProxyVersion",
        "operatingSystem",
        "architecture",
    ];

    public static KindRules Rules { get; } =
        new()
        {
            KeepsStatusOnCreate = true,
            StatusMayChangeMetadata = true,
            Default = Default,
            PrepareCreate = PrepareCreate,
            Validate = Validate,
            ValidateUpdate = ValidateUpdate,
        };

    private static void Default(JsonObject node)
    {
        JsonObject spec = node.Ensure("spec");
        if (spec["podCIDR"] is { } range)
            spec.Default("podCIDRs", new JsonArray(range.DeepClone()));
        JsonObject status = node.Ensure("status");
        if (status["capacity"] is { } capacity)
            status.Default("allocatable", capacity.DeepClone());
        if (status["daemonEndpoints"] is null)
            status["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 0 } };
        JsonObject info = status.Ensure("nodeInfo");
        foreach (string member in Information)
            info.Default(member, "");
    }

    // A new node does not accept pods until the node lifecycle controller has seen it ready.
    private static void PrepareCreate(JsonObject node)
    {
        JsonObject spec = node["spec"]!.AsObject();
        if (spec["taints"] is not JsonArray taints)
            spec["taints"] = taints = [];
        if (!taints.OfType<JsonObject>().Any(static taint => taint.Text("key") == NotReady && taint.Text("effect") == "NoSchedule"))
            taints.Add(new JsonObject { ["key"] = NotReady, ["effect"] = "NoSchedule" });
    }

    // Immutable once set by the cloud or network provider.
    private static void ValidateUpdate(JsonObject node, JsonObject old, FieldErrors errors)
    {
        if (Changes(node, old, "providerID"))
            errors.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
        if (Changes(node, old, "podCIDR"))
            errors.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
    }

    private static bool Changes(JsonObject node, JsonObject old, string member) =>
        old.Object("spec").Text(member) is { Length: > 0 } before && before != node.Object("spec").Text(member);

    private static void Validate(JsonObject node, JsonObject? old, FieldErrors errors)
    {
        JsonArray ranges = node.Object("spec").Array("podCIDRs") ?? [];
        for (int i = 0; i < ranges.Count; i++)
            if (!System.Net.IPNetwork.TryParse((string?)ranges[i] ?? "", out _))
                errors.Invalid($"spec.podCIDRs[{i}]", ranges[i], "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        if (node.Object("spec").Array("taints") is not { } taints)
            return;
        NodeTaintRules.Validate(taints, errors);
    }
}
