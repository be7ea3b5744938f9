namespace NodeManager.Sandbox.Model.Store;

/// <summary>A custom kind was removed during a request.</summary>
internal sealed class KindGoneException(ResourceKind kind) : Exception($"{kind} are not held.");
