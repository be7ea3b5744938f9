using System.Text.Json.Serialization;
using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance.Records;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(NodeRecord))]
[JsonSerializable(typeof(MaintenanceOptions))]
internal sealed partial class MaintenanceJson : JsonSerializerContext;
