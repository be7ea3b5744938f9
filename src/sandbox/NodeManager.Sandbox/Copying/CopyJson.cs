using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Copying;

/// <summary>Unrestricted, so that a copy is complete.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CopyJson : JsonSerializerContext;
