using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Providers.Proxmox;

/// <summary>The envelope of responses.</summary>
internal sealed class ProxmoxAnswer<T>
{
    public T? Data { get; set; }

    /// <summary>By parameter, if parameters were refused.</summary>
    public Dictionary<string, JsonElement>? Errors { get; set; }
}

/// <summary>A row of <c>/cluster/resources</c>: a host, a machine or another resource.</summary>
internal sealed class ProxmoxResource
{
    /// <summary><c>node</c>, <c>qemu</c>, <c>lxc</c>, <c>storage</c>, …</summary>
    public string Type { get; set; } = "";

    public string? Node { get; set; }

    [JsonPropertyName("vmid")]
    public long VmId { get; set; }

    public string? Name { get; set; }

    public string? Status { get; set; }

    public string? Tags { get; set; }

    public string? Lock { get; set; }

    public int? Template { get; set; }

    [JsonPropertyName("maxcpu")]
    public double? MaxCpu { get; set; }

    [JsonPropertyName("maxmem")]
    public long? MaxMemory { get; set; }

    [JsonPropertyName("mem")]
    public long? UsedMemory { get; set; }
}

/// <summary>A row of <c>/cluster/status</c>.</summary>
internal sealed class ProxmoxClusterEntry
{
    /// <summary><c>cluster</c> or <c>node</c>.</summary>
    public string Type { get; set; } = "";

    public string? Name { get; set; }
}

internal sealed class ProxmoxTaskStatus
{
    /// <summary><c>running</c> or <c>stopped</c>.</summary>
    public string Status { get; set; } = "";

    /// <summary><c>OK</c>, <c>WARNINGS: n</c>, or an error's text.</summary>
    [JsonPropertyName("exitstatus")]
    public string? ExitStatus { get; set; }
}

internal sealed class ProxmoxPowerState
{
    /// <summary><c>running</c> or <c>stopped</c>.</summary>
    public string Status { get; set; } = "";
}

/// <summary>A row of <c>/cluster/mapping/pci</c>.</summary>
internal sealed class ProxmoxMapping
{
    public string Id { get; set; } = "";

    /// <summary>The devices, such as <c>node=pve-1,path=0000:01:00.0,id=10de:20b0</c>.</summary>
    public List<string>? Map { get; set; }
}

internal sealed class ProxmoxVersion
{
    public string Version { get; set; } = "";
}

/// <summary>Proxmox often sends numbers as text.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString
)]
[JsonSerializable(typeof(ProxmoxAnswer<List<ProxmoxResource>>))]
[JsonSerializable(typeof(ProxmoxAnswer<List<ProxmoxClusterEntry>>))]
[JsonSerializable(typeof(ProxmoxAnswer<ProxmoxTaskStatus>))]
[JsonSerializable(typeof(ProxmoxAnswer<ProxmoxPowerState>))]
[JsonSerializable(typeof(ProxmoxAnswer<ProxmoxVersion>))]
[JsonSerializable(typeof(ProxmoxAnswer<List<ProxmoxMapping>>))]
[JsonSerializable(typeof(ProxmoxAnswer<Dictionary<string, JsonElement>>))]
[JsonSerializable(typeof(ProxmoxAnswer<Dictionary<string, Dictionary<string, JsonElement>>>))]
[JsonSerializable(typeof(ProxmoxAnswer<JsonElement>))]
internal sealed partial class ProxmoxJson : JsonSerializerContext;
