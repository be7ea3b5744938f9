using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Model.Kinds;

/// <summary>The key of a reconciliation.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name)
{
    public static ObjectKey Of(StoredObject item) => new(item.Kind, item.Namespace, item.Name);
}
