namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>Who writes: a name, and the version of the API at which it does; empty for the version that objects of the kind have by default.</summary>
internal sealed record FieldManager(string Name, string ApiVersion = "");
