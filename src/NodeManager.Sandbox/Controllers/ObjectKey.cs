using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Controllers;

/// <summary>What a controller has to look at.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name)
{
    public static ObjectKey Of(StoredObject item) => new(item.Kind, item.Namespace, item.Name);
}
