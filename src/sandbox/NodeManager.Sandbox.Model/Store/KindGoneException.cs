using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>A custom kind was withdrawn while something was still asked of it.</summary>
internal sealed class KindGoneException(ResourceKind kind) : Exception($"{kind} are not held.");
