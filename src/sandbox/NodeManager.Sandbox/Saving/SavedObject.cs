namespace NodeManager.Sandbox.Saving;

/// <param name="Group">Empty for core.</param>
/// <param name="Document">In the stored form.</param>
/// <param name="Owners">As in metadata.managedFields.</param>
internal sealed record SavedObject(string Group, string Plural, long Version, JsonObject Document, JsonNode? Owners);
