using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Providers.Redfish;

internal sealed class RedfishLink
{
    [JsonPropertyName("@odata.id")]
    public string Id { get; set; } = "";
}

internal sealed class RedfishRoot
{
    public RedfishLink? Systems { get; set; }

    public RedfishLink? SessionService { get; set; }

    public string? RedfishVersion { get; set; }

    public RedfishRootLinks? Links { get; set; }
}

internal sealed class RedfishRootLinks
{
    public RedfishLink? Sessions { get; set; }
}

internal sealed class RedfishCollection
{
    public List<RedfishLink> Members
    {
        get;
        set => field = value ?? [];
    } = [];
}

internal sealed class RedfishLogin
{
    public string UserName { get; set; } = "";

    public string Password { get; set; } = "";
}

/// <summary>The fields of a computer system that are read.</summary>
internal sealed class RedfishComputer
{
    [JsonPropertyName("@odata.id")]
    public string ODataId { get; set; } = "";

    [JsonPropertyName("@odata.etag")]
    public string? ETag { get; set; }

    public string Id { get; set; } = "";

    /// <summary><c>On</c>, <c>Off</c>, <c>PoweringOn</c>, <c>PoweringOff</c>, <c>Paused</c>.</summary>
    public string? PowerState { get; set; }

    public string? AssetTag { get; set; }

    public RedfishBoot? Boot { get; set; }

    public RedfishActions? Actions { get; set; }

    public RedfishProcessors? ProcessorSummary { get; set; }

    public RedfishMemory? MemorySummary { get; set; }

    public RedfishLink? EthernetInterfaces { get; set; }

    public RedfishLink? Processors { get; set; }

    public RedfishLink? Storage { get; set; }

    [JsonPropertyName("@Redfish.Settings")]
    public RedfishSettings? Settings { get; set; }
}

/// <summary>A row of a system's processors.</summary>
internal sealed class RedfishProcessor
{
    /// <summary><c>CPU</c>, <c>GPU</c>, <c>FPGA</c>, <c>Accelerator</c>, …</summary>
    public string? ProcessorType { get; set; }
}

internal sealed class RedfishStorage
{
    public List<RedfishLink>? Drives { get; set; }
}

internal sealed class RedfishDrive
{
    public long? CapacityBytes { get; set; }
}

internal sealed class RedfishBoot
{
    public string? BootSourceOverrideTarget { get; set; }

    /// <summary><c>Once</c>, <c>Continuous</c> or <c>Disabled</c>.</summary>
    public string? BootSourceOverrideEnabled { get; set; }

    public string? BootSourceOverrideMode { get; set; }

    public string? HttpBootUri { get; set; }

    [JsonPropertyName("BootSourceOverrideTarget@Redfish.AllowableValues")]
    public List<string>? Allowed { get; set; }
}

internal sealed class RedfishActions
{
    [JsonPropertyName("#ComputerSystem.Reset")]
    public RedfishReset? Reset { get; set; }
}

internal sealed class RedfishReset
{
    [JsonPropertyName("target")]
    public string Target { get; set; } = "";

    [JsonPropertyName("ResetType@Redfish.AllowableValues")]
    public List<string>? Allowed { get; set; }
}

internal sealed class RedfishProcessors
{
    public long? Count { get; set; }

    public long? CoreCount { get; set; }

    public long? LogicalProcessorCount { get; set; }
}

internal sealed class RedfishMemory
{
    public double? TotalSystemMemoryGiB { get; set; }
}

internal sealed class RedfishSettings
{
    public RedfishLink? SettingsObject { get; set; }
}

internal sealed class RedfishInterface
{
    [JsonPropertyName("MACAddress")]
    public string? MacAddress { get; set; }
}

/// <summary>A task, or its monitor's response.</summary>
internal sealed class RedfishTask
{
    public string? TaskState { get; set; }

    public List<RedfishMessage>? Messages { get; set; }
}

internal sealed class RedfishErrorBody
{
    public RedfishError? Error { get; set; }
}

internal sealed class RedfishError
{
    public string? Code { get; set; }

    public string? Message { get; set; }

    [JsonPropertyName("@Message.ExtendedInfo")]
    public List<RedfishMessage>? Extended { get; set; }
}

internal sealed class RedfishMessage
{
    public string? MessageId { get; set; }

    public string? Message { get; set; }
}

/// <summary>Names are unchanged.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString
)]
[JsonSerializable(typeof(RedfishRoot))]
[JsonSerializable(typeof(RedfishCollection))]
[JsonSerializable(typeof(RedfishLogin))]
[JsonSerializable(typeof(RedfishComputer))]
[JsonSerializable(typeof(RedfishProcessor))]
[JsonSerializable(typeof(RedfishStorage))]
[JsonSerializable(typeof(RedfishDrive))]
[JsonSerializable(typeof(RedfishInterface))]
[JsonSerializable(typeof(RedfishTask))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class RedfishJson : JsonSerializerContext;

/// <summary>Case-insensitive: some controllers send <c>Error</c> instead of <c>error</c>.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(RedfishErrorBody))]
internal sealed partial class RedfishErrorJson : JsonSerializerContext;
