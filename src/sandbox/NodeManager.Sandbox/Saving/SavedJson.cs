using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Saving;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SavedHeader))]
internal sealed partial class SavedJson : JsonSerializerContext;
