using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Structure;

/// <summary>A named member of an object.</summary>
/// <param name="Value">What it may hold.</param>
/// <param name="IsAlways">True where the server writes it even if it is not set.</param>
/// <param name="IsNullNothing">True where null means absent, which has no owner.</param>
/// <param name="Default">What stands for it where it is a list's key and an element leaves it out; null if nothing does.</param>
internal sealed record StructureMember(ValueStructure Value, bool IsAlways = false, bool IsNullNothing = false, JsonNode? Default = null);
