namespace NodeManager.Sandbox.Copying;

/// <summary>What a cluster has of its own kinds.</summary>
/// <param name="Definitions">Its CustomResourceDefinitions.</param>
/// <param name="Objects">Their objects, by group and plural, in the version in which they are stored.</param>
internal sealed record CopiedCustoms(SourceList Definitions, IReadOnlyDictionary<(string Group, string Plural), SourceList> Objects);
