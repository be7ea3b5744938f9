using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>What the API server decides about objects of a kind from the other objects in the store.</summary>
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

    /// <summary>Completes a new object before it is validated: of (document, store, minor version). Throws <see cref="ApiException"/> to refuse it.</summary>
    public Action<JsonObject, DocumentStore, int> Admit { get; private init; } = static (_, _, _) => { };

    /// <summary>
    /// Allocates what no two objects may have, after validation: of (document, old document or null, store, minor version). Null where the
    /// kind has no such fields. Runs for one writer of a cluster at a time.
    /// </summary>
    public Action<JsonObject, JsonObject?, DocumentStore, int>? Allocate { get; private init; }

    /// <summary>Null where nothing of the kind depends on other objects.</summary>
    public static Admission? Of(ResourceKind kind) => ByKind.GetValueOrDefault(kind);
}
