using System.Text.Json.Serialization;

namespace NodeManager.Server.Api;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(ApiNode))]
[JsonSerializable(typeof(List<ApiNode>))]
[JsonSerializable(typeof(ApiStatistics))]
[JsonSerializable(typeof(ApiLabel))]
[JsonSerializable(typeof(ApiTaintRequest))]
[JsonSerializable(typeof(ApiDrainRequest))]
[JsonSerializable(typeof(ApiDrainResult))]
internal sealed partial class ApiJson : JsonSerializerContext;
