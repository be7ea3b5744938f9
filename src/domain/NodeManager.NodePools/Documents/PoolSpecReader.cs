using System.Text.Json;

namespace NodeManager.NodePools.Documents;

/// <summary>Reads a pool's specification. Never fails: fields that do not conform to the service's specification are left out.</summary>
public static class PoolSpecReader
{
    public static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static NodePoolSpec Read(JsonObject spec) =>
        new()
        {
            Platform = ReadPlatform(spec.Object("platform")),
            NodeCount = spec.Integer("nodeCount"),
            Autoscaling = spec.Object("autoscaling") is { } scaling ? ReadAutoscaling(scaling) : null,
            Release = ReadRelease(spec),
            DrainTimeout = PoolDuration.Parse(spec.Text(PoolFields.DrainTimeout)),
            MaxSurge = AmountText(spec.Object(PoolFields.Rollout)?[PoolFields.MaxSurge]),
            MaxUnavailable = AmountText(spec.Object(PoolFields.Rollout)?[PoolFields.MaxUnavailable]),
            Json = spec.ToJsonString(Relaxed),
        };

    private static NodePoolPlatform ReadPlatform(JsonObject? platform)
    {
        string type = platform.Text("type") ?? "";
        if (PlatformFields.Of(type) is not { } fields || platform.Object(type) is not { } machine)
            return new() { Type = type };
        return new()
        {
            Type = type,
            MachineType = machine.Text(fields.MachineType) ?? "",
            DiskSizeGB = machine.Integer(fields.DiskSize),
            DiskType = machine.Text(fields.DiskType) ?? "",
            Zones = new([.. machine.Texts(fields.Zones)]),
            Spot = machine.Flag(fields.Spot),
            Accelerators = new([
                .. Objects(machine, PlatformFields.Accelerators)
                    .Select(static one => new NodePoolAccelerator { Type = one.Text("type") ?? "", Count = one.Integer("count") ?? 0 }),
            ]),
            Labels = new(ReadLabels(machine.Object(PlatformFields.Labels))),
            Taints = new([
                .. Objects(machine, PlatformFields.Taints)
                    .Select(static one => new NodeTaint
                    {
                        Key = one.Text("key") ?? "",
                        Value = one.Text("value") ?? "",
                        Effect = one.Text("effect") ?? "",
                    }),
            ]),
            UserData = machine.Text(PlatformFields.UserData) ?? "",
        };
    }

    private static NodePoolAutoscaling ReadAutoscaling(JsonObject scaling) =>
        new()
        {
            Enabled = scaling.Flag("enabled") ?? false,
            MinNodes = scaling.Integer("minNodes"),
            MaxNodes = scaling.Integer("maxNodes"),
            TargetCpuUtilization = scaling.Integer("targetCPUUtilization"),
            TargetMemoryUtilization = scaling.Integer("targetMemoryUtilization"),
            ScaleDownDelay = PoolDuration.Parse(scaling.Text("scaleDownDelay")),
            ScaleUpDelay = PoolDuration.Parse(scaling.Text("scaleUpDelay")),
        };

    private static string ReadRelease(JsonObject spec) =>
        spec[PoolFields.Release] switch
        {
            JsonObject release => release.Text("version") ?? release.Text("image") ?? "",
            var other => other.AsText() ?? "",
        };

    private static IEnumerable<KeyValuePair<string, string>> ReadLabels(JsonObject? labels) =>
        (labels ?? [])
            .Where(static label => label.Value.AsText() is not null)
            .Select(static label => KeyValuePair.Create(label.Key, label.Value.AsText()!));

    private static IEnumerable<JsonObject> Objects(JsonObject from, string name) => (from.Array(name) ?? []).OfType<JsonObject>();

    private static string AmountText(JsonNode? value) => value is JsonValue ? value.AsText() ?? value.ToJsonString() : "";
}
