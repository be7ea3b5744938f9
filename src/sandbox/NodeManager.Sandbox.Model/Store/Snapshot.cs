namespace NodeManager.Sandbox.Model.Store;

internal readonly record struct Snapshot(SortedObjects Objects, long Version);
