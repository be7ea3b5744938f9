using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Requests;

/// <summary>An API kind with its serialization; <see cref="Resources"/> lists them.</summary>
/// <param name="Group">Empty for core.</param>
public sealed record ResourceType<T>(string Group, string Version, string Plural, bool IsNamespaced, JsonSerializerOptions Json)
    where T : KubernetesObject
{
    /// <summary>Created on first use: metadata of all kinds would take longer than a first list.</summary>
    public JsonTypeInfo<T> Item => (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T));

    public JsonTypeInfo<KubernetesList<T>> List => (JsonTypeInfo<KubernetesList<T>>)Json.GetTypeInfo(typeof(KubernetesList<T>));

    /// <summary>The path of an object, of a namespace's collection, or of the cluster's.</summary>
    /// <exception cref="NodeManagerException">Invalid: a name that would change the path.</exception>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        string path = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        if (IsNamespaced && ns is not null)
            path += "/namespaces/" + Segment(ns);
        path += "/" + Plural;
        if (name is not null)
            path += "/" + Segment(name);
        if (subresource is not null)
            path += "/" + subresource;
        return path;
    }

    /// <summary>
    /// The same kind with metadata only, for smaller responses. Source:
    /// https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches
    /// </summary>
    public ResourceType<PartialObjectMetadata> MetadataOnly() =>
        new(Group, Version, Plural, IsNamespaced, KubernetesJson.Default.Options)
        {
            AcceptItem = Accepting(nameof(PartialObjectMetadata)),
            AcceptList = Accepting("PartialObjectMetadataList"),
        };

    /// <summary>The Accept header for objects.</summary>
    internal string AcceptItem { get; private init; } = ApiRequest.Json;

    /// <summary>The Accept header for lists.</summary>
    internal string AcceptList
    {
        get => Wire is null ? field : $"{WireEnvelope.MediaType},{field}";
        private init;
    } = ApiRequest.Json;

    /// <summary>The Accept header for watches.</summary>
    internal string AcceptWatch => Wire is null ? AcceptItem : AcceptList;

    /// <summary>Decodes a Protocol Buffers item; null where only JSON is supported.</summary>
    public WireItem<T>? Wire { get; init; }

    /// <summary>Creates a decoder that reuses one object. Null where unsupported.</summary>
    public Func<WireItem<T>>? Reuse { get; init; }

    /// <summary>A server without this feature sends whole objects.</summary>
    private static string Accepting(string kind) => $"{ApiRequest.Json};as={kind};g=meta.k8s.io;v=v1,{ApiRequest.Json}";

    /// <summary>An empty name would be the collection's path (and a deletion of all), dots a parent's.</summary>
    private string Segment(string name) =>
        name is "" or "." or ".."
            ? throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"'{name}' is not a name of {this} or of a namespace.",
                name,
                "Specify the name of the object."
            )
            : Uri.EscapeDataString(name);

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
