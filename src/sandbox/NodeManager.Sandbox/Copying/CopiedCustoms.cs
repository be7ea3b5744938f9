namespace NodeManager.Sandbox.Copying;

/// <param name="Objects">By group and plural, in the storage version.</param>
internal sealed record CopiedCustoms(SourceList Definitions, IReadOnlyDictionary<(string Group, string Plural), SourceList> Objects);
