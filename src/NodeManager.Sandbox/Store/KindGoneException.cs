using NodeManager.Sandbox.Kinds;

namespace NodeManager.Sandbox.Store;

/// <summary>A custom kind was withdrawn while something was still asked of it.</summary>
internal sealed class KindGoneException(ResourceKind kind) : Exception($"{kind} are not held.");
