using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Admission that depends on other objects.</summary>
internal sealed record Admission
{
    private static readonly Dictionary<ResourceKind, Admission> ByKind = new()
    {
        [BuiltInKinds.Pods] = new()
        {
            Admit = static (pod, store, minor) =>
            {
                PodPriority.Resolve(pod, store);
                PodTopology.Label(pod, store, minor);
            },
        },
        [BuiltInKinds.Services] = new() { Allocate = ServiceAddresses.Allocate },
    };

    /// <summary>
    /// Completes a new object before validation: (document, store, minor version). Throws <see cref="ApiException"/> to refuse.
    /// </summary>
    public Action<JsonObject, DocumentStore, int> Admit { get; private init; } = static (_, _, _) => { };

    /// <summary>
    /// Allocates unique values after validation: (document, old document or null, store, minor version). Null where there are none.
    /// Serialized per cluster.
    /// </summary>
    public Action<JsonObject, JsonObject?, DocumentStore, int>? Allocate { get; private init; }

    /// <summary>Null for kinds without admission.</summary>
    public static Admission? Of(ResourceKind kind) => ByKind.GetValueOrDefault(kind);
}
