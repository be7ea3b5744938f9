namespace NodeManager.Sandbox.Model.Store;

/// <summary>All objects of a kind at one version of the store.</summary>
internal readonly record struct Snapshot(SortedObjects Objects, long Version);
