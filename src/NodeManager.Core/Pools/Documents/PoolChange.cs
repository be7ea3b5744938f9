using System.Text.Json.Nodes;

namespace NodeManager.Core.Pools.Documents;

/// <summary>Fields of a pool's specification that are given; null for those that are not.</summary>
public sealed record PoolChange
{
    public string? MachineType { get; init; }

    public int? DiskSizeGB { get; init; }

    public string? DiskType { get; init; }

    /// <summary>Empty removes them: the platform chooses.</summary>
    public IReadOnlyList<string>? Zones { get; init; }

    public bool? Spot { get; init; }

    public IReadOnlyList<NodePoolAccelerator>? Accelerators { get; init; }

    /// <summary>A value of null removes the label.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    public IReadOnlyList<NodeTaint>? Taints { get; init; }

    public string? UserData { get; init; }

    public int? NodeCount { get; init; }

    public PoolScaling Scaling { get; init; } = new();

    public PoolExtensions Extensions { get; init; } = new();

    /// <summary>Merged last; null for none.</summary>
    public JsonObject? Patch { get; init; }

    /// <summary>The merge patch of a specification. Pure.</summary>
    /// <param name="spec">The current specification: its platform decides what fields are called.</param>
    /// <param name="name">The pool's name, for errors.</param>
    /// <exception cref="NodeManagerException">NodePoolFieldUnsupported, NodePoolInvalid.</exception>
    public JsonObject PatchOf(JsonObject spec, string name)
    {
        var patch = new JsonObject();
        JsonObject? given = Patch?[PoolFields.Platform] as JsonObject;
        string type = given.Text("type") ?? spec.Object(PoolFields.Platform).Text("type") ?? "";
        if (Machine(type, name) is { Count: > 0 } machine) patch[PoolFields.Platform] = new JsonObject { [type] = machine };
        if (NodeCount is { } count) patch[PoolFields.NodeCount] = count;
        if (PoolSpecWriter.Write(Scaling) is { } scaling) patch[PoolFields.Autoscaling] = scaling;
        foreach ((string field, JsonNode? value) in PoolSpecWriter.Write(Extensions)) patch[field] = value?.DeepClone();
        return Patch is null ? patch : PoolMerge.Join(patch, Patch);
    }

    private JsonObject Machine(string type, string name)
    {
        var machine = new JsonObject();
        PlatformFields? fields = PlatformFields.Of(type);
        Set(fields?.MachineType, "MachineType", MachineType is not null, () => MachineType);
        Set(fields?.DiskSize, "DiskSizeGB", DiskSizeGB is not null, () => DiskSizeGB);
        Set(fields?.DiskType, "DiskType", DiskType is not null, () => DiskType);
        Set(fields?.Zones, "Zone", Zones is not null, () => Zones!.Count == 0 ? null : Zones.ToJson());
        Set(fields?.Spot, "Spot", Spot is not null, () => Spot);
        Set(Other(PlatformFields.Accelerators), "Accelerator", Accelerators is not null, () => Accelerators!.Count == 0 ? null : new JsonArray([.. Accelerators.Select(PoolSpecWriter.Write)]));
        Set(Other(PlatformFields.Labels), "Label", Labels is not null, () => new JsonObject(Labels!.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))));
        Set(Other(PlatformFields.Taints), "Taint", Taints is not null, () => Taints!.Count == 0 ? null : new JsonArray([.. Taints.Select(PoolSpecWriter.Write)]));
        Set(Other(PlatformFields.UserData), "UserData", UserData is not null, () => UserData!.Length == 0 ? null : UserData);
        return machine;

        string? Other(string field) => fields?.Others.Contains(field) == true ? field : null;

        void Set(string? field, string parameter, bool isGiven, Func<JsonNode?> value)
        {
            if (isGiven) machine[field ?? throw Unsupported(parameter)] = value();
        }

        NodeManagerException Unsupported(string parameter) => new(
            ErrorIds.NodePoolFieldUnsupported, ErrorKind.InvalidArgument,
            fields is null ? $"Node pool '{name}' is of platform '{type}', whose fields are not known." : $"Node pool '{name}' is of platform '{type}', which has no field for -{parameter}.",
            name, fields is null ? "Change it with -Patch." : $"Leave out -{parameter}. Platform '{type}' has {string.Join(", ", fields.All)}.");
    }
}
