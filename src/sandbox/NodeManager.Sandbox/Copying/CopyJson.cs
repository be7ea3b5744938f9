using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Copying;

/// <summary>Lists are read as they are: whatever a cluster says of an object, its copy says too.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CopyJson : JsonSerializerContext;
