using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Providers.Simulated;

internal sealed record SimulatedMachine(string Name, string Provider, MachineMark? Mark)
{
    public const string ProviderLabel = "kubenodesmith.parawell.cloud/simulated-by";

    public string? Uid { get; init; }

    public string Zone { get; init; } = "";

    public long CpuCores { get; init; }

    public long MemoryMiB { get; init; }

    /// <summary>Further resources by name.</summary>
    public IReadOnlyDictionary<string, decimal> Resources { get; init; } = new Dictionary<string, decimal>();

    public string Architecture { get; init; } = "amd64";

    public DateTimeOffset StartedAt { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>As <c>key=value:Effect</c>.</summary>
    public IReadOnlyList<string> Taints { get; init; } = [];

    public string ClaimUid => Mark?.ClaimUid ?? "";

    public string ProviderId => $"simulated://{Provider}/machines/{Name}";

    public string ObjectName => ObjectNameOf(Provider, Name);

    public ObservedMachine Observed => new(Name, Name, true, Mark);

    public static string ObjectNameOf(string provider, string name) => $"machine.{provider}.{name}";

    /// <summary>The name in a provider id; null for another provider's.</summary>
    public static string? NameIn(string providerId) =>
        Uri.TryCreate(providerId, UriKind.Absolute, out Uri? uri)
        && uri.Scheme == "simulated"
        && uri.AbsolutePath.Trim('/').Split('/') is ["machines", string name]
            ? name
            : null;

    public static SimulatedMachine Of(MachineRequest request, MachineProviderSettings settings, string zone, DateTimeOffset now) =>
        new(request.Name, settings.Name, new(settings.Owner, request.ClaimUid, request.Name, request.Name, true))
        {
            Zone = zone,
            CpuCores = request.CpuCores,
            MemoryMiB = request.MemoryMiB,
            Resources = request.Resources,
            Architecture = request.Architecture ?? "amd64",
            StartedAt = now,
            Labels = request.Labels,
            Taints = request.Taints,
        };

    /// <summary>Null for another ConfigMap.</summary>
    public static SimulatedMachine? Read(ConfigMap map, MachineProviderSettings settings)
    {
        if (map.Data is not { } data || MachineMark.Parse(data.GetValueOrDefault("description")) is not { } mark)
            return null;
        return new(data.GetValueOrDefault("name", ""), settings.Name, mark)
        {
            Uid = map.Metadata.Uid,
            Zone = data.GetValueOrDefault("zone", ""),
            CpuCores = long.TryParse(data.GetValueOrDefault("cpuCores"), CultureInfo.InvariantCulture, out long cores) ? cores : 1,
            MemoryMiB = long.TryParse(data.GetValueOrDefault("memoryMiB"), CultureInfo.InvariantCulture, out long memory) ? memory : 1024,
            Resources = Lines(data, "resources")
                .Select(static line => line.Split('=', 2))
                .ToDictionary(
                    static parts => parts[0],
                    static parts =>
                        decimal.TryParse(parts[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out decimal amount) ? amount : 0
                ),
            Architecture = data.GetValueOrDefault("architecture", "amd64"),
            StartedAt = DateTimeOffset.TryParse(
                data.GetValueOrDefault("startedAt"),
                CultureInfo.InvariantCulture,
                out DateTimeOffset started
            )
                ? started
                : default,
            Labels = Lines(data, "labels")
                .Select(static line => line.Split('=', 2))
                .ToDictionary(static parts => parts[0], static parts => parts.Length > 1 ? parts[1] : ""),
            Taints = Lines(data, "taints"),
        };
    }

    public ConfigMap ToConfigMap() =>
        new()
        {
            ApiVersion = "v1",
            Kind = nameof(ConfigMap),
            Metadata = new()
            {
                Name = ObjectName,
                Labels = new() { [ProviderLabel] = Provider },
            },
            Data = new()
            {
                ["name"] = Name,
                ["description"] = Mark!.Format(),
                ["zone"] = Zone,
                ["cpuCores"] = CpuCores.ToString(CultureInfo.InvariantCulture),
                ["memoryMiB"] = MemoryMiB.ToString(CultureInfo.InvariantCulture),
                ["resources"] = string.Join('\n', Resources.Select(static one => FormattableString.Invariant($"{one.Key}={one.Value}"))),
                ["architecture"] = Architecture,
                ["startedAt"] = StartedAt.ToString("O", CultureInfo.InvariantCulture),
                ["labels"] = string.Join('\n', Labels.Select(static one => $"{one.Key}={one.Value}")),
                ["taints"] = string.Join('\n', Taints),
            },
        };

    /// <summary>The node as its kubelet would register it.</summary>
    public JsonObject ToNode()
    {
        var labels = new JsonObject
        {
            ["kubernetes.io/hostname"] = Name,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = Architecture,
        };
        if (Zone.Length > 0)
            labels["topology.kubernetes.io/zone"] = Zone;
        foreach ((string key, string value) in Labels)
            labels[key] = value;
        var spec = new JsonObject { ["providerID"] = ProviderId };
        if (Taints.Count > 0)
            spec["taints"] = new JsonArray([.. Taints.Select(static one => (JsonNode)TaintOf(one))]);
        JsonObject resources = new()
        {
            ["cpu"] = CpuCores.ToString(CultureInfo.InvariantCulture),
            ["memory"] = $"{MemoryMiB.ToString(CultureInfo.InvariantCulture)}Mi",
            ["pods"] = "110",
            ["ephemeral-storage"] = "100Gi",
        };
        foreach ((string name, decimal amount) in Resources)
            resources[name] = new Quantity(amount, amount >= 1 << 20 ? QuantityFormat.BinarySI : QuantityFormat.DecimalSI).CanonicalText;
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["name"] = Name, ["labels"] = labels },
            ["spec"] = spec,
            ["status"] = new JsonObject
            {
                ["capacity"] = resources,
                ["allocatable"] = resources.DeepClone(),
                ["addresses"] = new JsonArray(new JsonObject { ["type"] = "Hostname", ["address"] = Name }),
            },
        };
    }

    public Machine ToMachine(bool isOn) =>
        new()
        {
            Name = Name,
            Provider = Provider,
            ProviderId = ProviderId,
            ClaimUid = ClaimUid,
            Status = isOn ? MachineStatus.Running : MachineStatus.Stopped,
            IsManaged = true,
            Zone = Zone,
            CpuCores = CpuCores,
            Memory = MemoryMiB << 20,
            CreatedAt = StartedAt,
        };

    private static JsonObject TaintOf(string text)
    {
        int colon = text.LastIndexOf(':');
        string[] pair = text[..colon].Split('=', 2);
        var taint = new JsonObject { ["key"] = pair[0], ["effect"] = text[(colon + 1)..] };
        if (pair.Length > 1)
            taint["value"] = pair[1];
        return taint;
    }

    private static string[] Lines(Dictionary<string, string> data, string key) =>
        data.GetValueOrDefault(key, "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
