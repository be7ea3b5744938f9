using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Model.Kinds.Access;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(RoleBinding))]
internal sealed partial class AccessJson : JsonSerializerContext;
