using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Autoscaling.Installation;

/// <param name="Namespace">Null for cluster-scoped objects.</param>
/// <param name="Collection">The path that it is created at.</param>
/// <param name="Content">Its desired content.</param>
internal sealed record InstallationDocument(string Kind, string Name, string? Namespace, string Collection, JsonObject Content)
{
    public const string DefinitionKind = "CustomResourceDefinition";

    public bool IsDefinition => Kind == DefinitionKind;

    /// <summary>True for the API of the autoscaling SIG, which others install, too.</summary>
    public bool IsShared => IsDefinition && (string?)Content["spec"]?["group"] != NodeSmithNames.Group;

    /// <summary>The CRD that must exist before it; null: none.</summary>
    public string? Definition { get; init; }

    public string Path => $"{Collection}/{Name}";

    public override string ToString() => $"{Kind} {(Namespace is null ? "" : Namespace + "/")}{Name}";
}

/// <summary>The documents of <c>deploy/</c>, embedded in the assembly.</summary>
internal static class InstallationDocuments
{
    /// <summary>CRDs first, then the namespace, then the rest, as in the files.</summary>
    /// <param name="ns">Replaces the documents' namespace.</param>
    public static IReadOnlyList<InstallationDocument> Read(string ns)
    {
        string[] names = typeof(InstallationDocuments).Assembly.GetManifestResourceNames();
        return
        [
            .. names
                .Where(static name => name.StartsWith("deploy/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .SelectMany(Texts)
                .Select(static text => YamlJsonReader.Read(text).Root)
                .OfType<JsonObject>()
                .Select(document => Of(document, ns))
                .OrderBy(static one =>
                    one.Kind switch
                    {
                        InstallationDocument.DefinitionKind => 0,
                        "Namespace" => 1,
                        _ => 2,
                    }
                ),
        ];
    }

    private static string[] Texts(string name)
    {
        using var reader = new StreamReader(typeof(InstallationDocuments).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split("\n---\n");
    }

    private static InstallationDocument Of(JsonObject document, string ns)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        string kind = Text(document["kind"]),
            version = Text(document["apiVersion"]);
        if (kind == "Namespace")
            metadata["name"] = ns;
        if (metadata.ContainsKey("namespace"))
            metadata["namespace"] = ns;
        foreach (JsonNode? subject in document["subjects"]?.AsArray() ?? [])
            if (subject!["namespace"] is not null)
                subject["namespace"] = ns;
        // Each of several installations binds its own service account.
        if (kind == "ClusterRoleBinding" && ns != NodeSmithNames.DefaultNamespace)
            metadata["name"] = $"{Text(metadata["name"])}-{ns}";
        string? own = metadata["namespace"] is { } value ? Text(value) : null;
        string root = version.Contains('/', StringComparison.Ordinal) ? "/apis/" : "/api/";
        return new(
            kind,
            Text(metadata["name"]),
            own,
            $"{root}{version}/{(own is null ? "" : $"namespaces/{own}/")}{kind.ToLowerInvariant()}s",
            document
        );
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
