namespace NodeManager.Sandbox.Model.Structure;

/// <param name="IsAlways">The server writes it even if it is not set.</param>
/// <param name="IsNullNothing">Null means absent, without an owner.</param>
/// <param name="Default">The default of a missing list key; null for none.</param>
internal sealed record StructureMember(ValueStructure Value, bool IsAlways = false, bool IsNullNothing = false, JsonNode? Default = null);
