using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Validation;

/// <summary>The specification format of pool services: a cloud's platform, a number of nodes, autoscaling.</summary>
public sealed class ServicePoolFormat : IPoolFormat
{
    public static ServicePoolFormat Instance { get; } = new();

    public IReadOnlyList<string> ScalingFields { get; } =
    ["spec.nodeCount", "spec.autoscaling", "spec.autoscaling.enabled", "spec.autoscaling.minNodes", "spec.autoscaling.maxNodes"];

    public NodePoolSpec Read(JsonObject spec) => PoolSpecReader.Read(spec);

    public IReadOnlyList<NodePoolFinding> Check(string? name, JsonObject spec) => PoolSpecRules.Check(name, spec);

    public JsonObject PatchOf(PoolChange change, JsonObject spec, string name)
    {
        if (FirstOf(change) is { } parameter)
        {
            throw new NodeManagerException(
                ErrorIds.NodePoolFieldUnsupported,
                ErrorKind.InvalidArgument,
                $"Node pool '{name}' is kept by a pool service, whose specification has no field for {parameter}.",
                name,
                $"Leave out {parameter}, or select the provider Cluster for a NodeSmithPool of the connected cluster."
            );
        }

        var patch = new JsonObject();
        var given = change.Patch?[PoolFields.Platform] as JsonObject;
        string type = given.Text("type") ?? spec.Object(PoolFields.Platform).Text("type") ?? "";
        if (Machine(change, type, name) is { Count: > 0 } machine)
            patch[PoolFields.Platform] = new JsonObject { [type] = machine };
        if (change.NodeCount is { } count)
            patch[PoolFields.NodeCount] = count;
        if (PoolSpecWriter.Write(change.Scaling) is { } scaling)
            patch[PoolFields.Autoscaling] = scaling;
        foreach ((string field, JsonNode? value) in PoolSpecWriter.Write(change.Extensions))
            patch[field] = value?.DeepClone();
        return change.Patch is null ? patch : PoolMerge.Join(patch, change.Patch);
    }

    // Fields that only a NodeSmithPool has.
    private static string? FirstOf(PoolChange change) =>
        change.NodeProvider is not null ? "NodeProvider"
        : change.Shapes is not null ? "Shape"
        : change.StartupTaints is not null ? "StartupTaint"
        : change.CpuLimit is not null ? "CpuLimit"
        : change.MemoryLimit is not null ? "MemoryLimit"
        : change.Priority is not null ? "Priority"
        : change.Currency is not null ? "Currency"
        : change.ScaleDown.Consolidation is not null ? "Consolidation"
        : change.ScaleDown.ReplaceByCost is not null ? "ReplaceByCost"
        : change.ScaleDown.ReplaceDrifted is not null ? "ReplaceDrifted"
        : change.ScaleDown.ExpireAfter is not null ? "ExpireAfter"
        : change.ScaleDown.Budgets is not null ? "Budget"
        : null;

    private static JsonObject Machine(PoolChange change, string type, string name)
    {
        var machine = new JsonObject();
        PlatformFields? fields = PlatformFields.Of(type);
        Set(fields?.MachineType, "MachineType", change.MachineType is not null, () => change.MachineType);
        Set(fields?.DiskSize, "DiskSizeGB", change.DiskSizeGB is not null, () => change.DiskSizeGB);
        Set(fields?.DiskType, "DiskType", change.DiskType is not null, () => change.DiskType);
        Set(fields?.Zones, "Zone", change.Zones is not null, () => change.Zones!.Count == 0 ? null : change.Zones.ToJson());
        Set(fields?.Spot, "Spot", change.Spot is not null, () => change.Spot);
        Set(
            Other(PlatformFields.Accelerators),
            "Accelerator",
            change.Accelerators is not null,
            () => change.Accelerators!.Count == 0 ? null : new JsonArray([.. change.Accelerators.Select(PoolSpecWriter.Write)])
        );
        Set(Other(PlatformFields.Labels), "Label", change.Labels is not null, () => PoolSpecWriter.Write(change.Labels!));
        Set(Other(PlatformFields.Taints), "Taint", change.Taints is not null, () => PoolSpecWriter.Write(change.Taints!));
        Set(
            Other(PlatformFields.UserData),
            "UserData",
            change.UserData is not null,
            () => change.UserData!.Length == 0 ? null : change.UserData
        );
        return machine;

        string? Other(string field) => fields?.Others.Contains(field) == true ? field : null;

        void Set(string? field, string parameter, bool isGiven, Func<JsonNode?> value)
        {
            if (isGiven)
                machine[field ?? throw Unsupported(parameter)] = value();
        }

        NodeManagerException Unsupported(string parameter) =>
            new(
                ErrorIds.NodePoolFieldUnsupported,
                ErrorKind.InvalidArgument,
                fields is null
                    ? $"Node pool '{name}' is of platform '{type}', whose fields are not known."
                    : $"Node pool '{name}' is of platform '{type}', which has no field for {parameter}.",
                name,
                fields is null
                    ? "Change it with a merge patch (Patch)."
                    : $"Leave out {parameter}. Platform '{type}' has {string.Join(", ", fields.All)}."
            );
    }
}
