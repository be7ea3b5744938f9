using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Model.Kinds.Access;

/// <summary>How roles and bindings are read; generated at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(RoleBinding))]
internal sealed partial class AccessJson : JsonSerializerContext;
