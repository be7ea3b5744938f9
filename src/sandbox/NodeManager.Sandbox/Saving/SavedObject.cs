using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Saving;

/// <summary>One object of a saved cluster.</summary>
/// <param name="Group">Of its kind; empty for core.</param>
/// <param name="Plural">Of its kind.</param>
/// <param name="Version">Its resourceVersion.</param>
/// <param name="Document">As it stood in the store.</param>
/// <param name="Owners">Who owns its fields, as metadata.managedFields says it.</param>
internal sealed record SavedObject(string Group, string Plural, long Version, JsonObject Document, JsonNode? Owners);
