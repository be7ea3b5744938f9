using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Model.Kinds;

/// <summary>What a controller has to look at.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name)
{
    public static ObjectKey Of(StoredObject item) => new(item.Kind, item.Namespace, item.Name);
}
