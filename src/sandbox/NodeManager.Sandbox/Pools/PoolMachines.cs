using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Pools;

internal static partial class PoolMachines
{
    /// <summary>The label with the name of a node's pool.</summary>
    public const string PoolLabel = "nodepool";

    public const string TypeLabel = "node.kubernetes.io/instance-type";

    /// <summary>The pool's id, because pools can be renamed.</summary>
    public const string PoolAnnotation = "sandbox.nodemanager/pool";

    /// <summary>The hash of a machine's specification; outdated machines are replaced.</summary>
    public const string HashAnnotation = "sandbox.nodemanager/pool-hash";

    /// <summary>When the drain of a removed machine started.</summary>
    public const string DrainingAnnotation = "sandbox.nodemanager/pool-leaving";

    private const int UsualCores = 8;
    private const int MaximumNodes = 1000;

    /// <summary>The desired number of nodes. A real platform's autoscaler would vary it within its limits.</summary>
    public static int Desired(JsonObject spec)
    {
        JsonObject? scaling = spec.Object("autoscaling");
        long? count = spec.Number("nodeCount");
        if (scaling.Flag("enabled") != true)
            return (int)Math.Clamp(count ?? 0, 0, MaximumNodes);
        long min = scaling.Number("minNodes") ?? 0,
            max = Math.Max(min, scaling.Number("maxNodes") ?? int.MaxValue);
        return (int)Math.Clamp(count ?? min, min, Math.Min(max, MaximumNodes));
    }

    public static string Hash(PoolItem pool) =>
        StableHash.Of(pool.Spec.Object("platform")?.ToJsonString() ?? "").ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>The zone of the next machine: the first with the fewest. Empty for a pool without zones.</summary>
    public static string NextZone(PoolItem pool, IEnumerable<string> taken)
    {
        string[] zones = Zones(pool);
        ILookup<string, string> used = taken.ToLookup(static zone => zone);
        return zones.Length == 0 ? "" : zones.MinBy(zone => used[zone].Count())!;
    }

    public static JsonObject Node(PoolItem pool, string name, string zone)
    {
        string platform = pool.Spec.Object("platform").Text("type") ?? "";
        JsonObject? machine = pool.Spec.Object("platform").Object(platform);
        string type = machine.Text("machineType") ?? machine.Text("instanceType") ?? machine.Text("vmSize") ?? "standard-8";
        JsonObject labels = new()
        {
            ["kubernetes.io/arch"] = "amd64",
            ["kubernetes.io/hostname"] = name,
            ["kubernetes.io/os"] = "linux",
            ["node-role.kubernetes.io/worker"] = "",
            [TypeLabel] = type,
            [PoolLabel] = pool.Name,
        };
        if (zone.Length > 0)
        {
            labels["topology.kubernetes.io/zone"] = zone;
            labels["topology.kubernetes.io/region"] = RegionOf(zone);
        }

        foreach ((string key, JsonNode? value) in pool.Template.Object("labels") ?? [])
            labels[key] = value?.DeepClone();
        foreach ((string key, JsonNode? value) in machine.Object("labels") ?? [])
            labels[key] = value?.DeepClone();
        JsonObject spec = new() { ["providerID"] = $"{platform}:///sandbox/{name}" };
        if ((machine.Array("taints") ?? pool.Template.Array("taints")) is { Count: > 0 } taints)
            spec["taints"] = taints.DeepClone();
        JsonObject amounts = Amounts(type, machine);
        // Extended resources, which specifications lack: machines of the type of the pool's first nodes have theirs.
        if (pool.Template.Text("machineType") == type)
            foreach ((string key, JsonNode? value) in pool.Template.Object("extended") ?? [])
                amounts.TryAdd(key, value?.DeepClone());
        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = labels,
                ["annotations"] = new JsonObject { [PoolAnnotation] = pool.Id, [HashAnnotation] = Hash(pool) },
            },
            ["spec"] = spec,
            ["status"] = new JsonObject { ["capacity"] = amounts, ["allocatable"] = amounts.DeepClone() },
        };
    }

    /// <summary>For the metadata of a report; empty for a pool without zones.</summary>
    public static string Region(PoolItem pool) => Zones(pool) is [var first, ..] ? RegionOf(first) : "";

    private static string[] Zones(PoolItem pool)
    {
        JsonObject? machine = pool.Spec.Object("platform").Object(pool.Spec.Object("platform").Text("type") ?? "");
        return [.. (machine.Array("zones") ?? machine.Array("availabilityZones") ?? []).Select(static zone => zone!.GetValue<string>())];
    }

    private static string RegionOf(string zone) =>
        zone.Split('-') is { Length: > 2 } parts && parts[^1].Length == 1
            ? string.Join('-', parts[..^1])
            : zone.TrimEnd("abcdef".ToCharArray());

    private static JsonObject Amounts(string type, JsonObject? machine)
    {
        int cores = Cores(type);
        JsonObject amounts = new()
        {
            ["cpu"] = cores.ToString(CultureInfo.InvariantCulture),
            ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{cores * 4}Gi"),
            ["ephemeral-storage"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{machine.Number("diskSize") ?? machine.Number("volumeSize") ?? machine.Number("osDiskSizeGB") ?? 100}Gi"
            ),
            ["pods"] = "110",
        };
        long accelerators = machine.Objects("accelerators").Sum(static one => one.Number("count") ?? 0);
        if (accelerators > 0)
            amounts["nvidia.com/gpu"] = accelerators.ToString(CultureInfo.InvariantCulture);
        return amounts;
    }

    // n1-standard-4, Standard_D4s_v3, m5.xlarge, m5.2xlarge.
    private static int Cores(string type)
    {
        if (AwsSize().Match(type) is { Success: true } aws)
            return aws.Groups[1].Value is { Length: > 0 } times ? Math.Clamp(int.Parse(times, CultureInfo.InvariantCulture), 1, 64) * 4 : 4;
        return Number().Match(type) is { Success: true } found
            ? Math.Clamp(int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture), 1, 256)
            : UsualCores;
    }

    [GeneratedRegex(@"\.([0-9]{0,3})xlarge\z")]
    private static partial Regex AwsSize();

    [GeneratedRegex("(?:-|_[A-Za-z]+)([0-9]{1,3})(?:$|[a-z_])")]
    private static partial Regex Number();
}
