using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Requests;

/// <summary>A kind as the API serves it, and how it is read. The kinds that we use stand in <see cref="Resources"/>.</summary>
/// <param name="Group">Empty for core.</param>
/// <param name="Version">For example <c>v1</c>.</param>
/// <param name="Plural">As paths name it.</param>
/// <param name="IsNamespaced">False for nodes and the like.</param>
/// <param name="Json">Reads and writes it.</param>
public sealed record ResourceType<T>(string Group, string Version, string Plural, bool IsNamespaced, JsonSerializerOptions Json)
    where T : KubernetesObject
{
    /// <summary>Reads and writes one. Made at the first use: metadata of all kinds would take longer than a first list.</summary>
    public JsonTypeInfo<T> Item => (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T));

    /// <summary>Reads a page of them.</summary>
    public JsonTypeInfo<KubernetesList<T>> List => (JsonTypeInfo<KubernetesList<T>>)Json.GetTypeInfo(typeof(KubernetesList<T>));

    /// <summary>The path of one object, of a namespace's collection, or of the whole cluster's.</summary>
    /// <exception cref="NodeManagerException">Invalid: a name that would make it the path of something else.</exception>
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
    /// The same kind, of which the server sends the metadata alone: less to send and to read where names and labels will do.
    /// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches
    /// </summary>
    public ResourceType<PartialObjectMetadata> MetadataOnly() =>
        new(Group, Version, Plural, IsNamespaced, KubernetesJson.Default.Options)
        {
            AcceptItem = Accepting(nameof(PartialObjectMetadata)),
            AcceptList = Accepting("PartialObjectMetadataList"),
        };

    /// <summary>What to ask for one object, or for the objects of a watch.</summary>
    internal string AcceptItem { get; private init; } = ApiRequest.Json;

    /// <summary>What to ask for a list.</summary>
    internal string AcceptList
    {
        get => Wire is null ? field : $"{WireEnvelope.MediaType},{field}";
        private init;
    } = ApiRequest.Json;

    /// <summary>Reads an item of a list that the server encoded in Protocol Buffers; null where only JSON is read.</summary>
    public WireItem<T>? Wire { get; init; }

    /// <summary>Makes a reader that reads each item into the same object, for what keeps nothing of it. Null where there is none.</summary>
    public Func<WireItem<T>>? Reuse { get; init; }

    /// <summary>A server that cannot do this sends whole objects, of which the rest is not read.</summary>
    private static string Accepting(string kind) => $"{ApiRequest.Json};as={kind};g=meta.k8s.io;v=v1,{ApiRequest.Json}";

    /// <summary>An empty name would be the whole collection's path (and a deletion that of all), dots the path above.</summary>
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
