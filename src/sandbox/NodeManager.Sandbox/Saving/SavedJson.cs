using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Saving;

/// <summary>How the header is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SavedHeader))]
internal sealed partial class SavedJson : JsonSerializerContext;
