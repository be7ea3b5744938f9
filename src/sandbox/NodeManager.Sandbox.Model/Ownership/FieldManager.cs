namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The manager of a write and its API version; empty for the default version of the kind.</summary>
internal sealed record FieldManager(string Name, string ApiVersion = "");
