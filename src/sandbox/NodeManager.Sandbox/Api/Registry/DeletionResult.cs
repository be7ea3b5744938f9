using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>What became of a deletion: gone, or still there with a deletionTimestamp (grace, finalizers).</summary>
internal readonly record struct DeletionResult(StoredObject Object, bool IsGone);
