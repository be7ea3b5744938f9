namespace NodeManager.Sandbox.Api.Registry;

/// <summary>The result of a deletion: removed, or terminating (grace period, finalizers).</summary>
internal readonly record struct DeletionResult(StoredObject Object, bool IsGone);
