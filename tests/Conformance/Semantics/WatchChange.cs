namespace NodeManager.Conformance.Semantics;

/// <summary>A request that changes something; a patch is merged.</summary>
internal sealed record WatchChange(string Method, string Path, string? Body);
