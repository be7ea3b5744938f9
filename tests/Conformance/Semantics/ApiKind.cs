using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

/// <summary>A kind that requests are made for.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="ApiVersion">With its group.</param>
/// <param name="Plural">As paths have it.</param>
/// <param name="Template">A valid object without name, in JSON.</param>
internal sealed record ApiKind(string Kind, string ApiVersion, string Plural, string Template)
{
    public bool IsNamespaced { get; init; } = true;

    /// <summary>True where others' objects may be among those of a collection: of the cluster, or events of the server's own.</summary>
    public bool IsShared => !IsNamespaced || Kind == "Event";

    public bool HasStatus { get; init; }

    public bool HasScale { get; init; }

    /// <summary>Names that requests of this kind use; shared by all, so that requests meet.</summary>
    public string[] Names { get; init; } = ["a", "b", "c"];

    /// <summary>Put behind a name where the kind asks for a form.</summary>
    public string NameSuffix { get; init; } = "";

    /// <summary>The field selectors that it has beyond its name.</summary>
    public string[] Selectable { get; init; } = [];

    public bool IsCustom { get; init; }

    /// <summary>True where the server continues working at an object after it answered: then it is only created for show.</summary>
    public bool IsDryOnly => Kind == "CustomResourceDefinition";

    public string Root => ApiVersion.Contains('/', StringComparison.Ordinal) ? "/apis/" + ApiVersion : "/api/" + ApiVersion;

    /// <summary>How often it is taken.</summary>
    public int Weight { get; init; } = 1;

    public string Collection(string ns) => IsNamespaced ? $"{Root}/namespaces/{ns}/{Plural}" : $"{Root}/{Plural}";

    public JsonObject Make(string name, string? ns)
    {
        // A definition's name says what it defines.
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string template =
            dot < 0
                ? Template
                : Template
                    .Replace("⟨plural⟩", name[..dot], StringComparison.Ordinal)
                    .Replace("⟨group⟩", name[(dot + 1)..], StringComparison.Ordinal);
        JsonObject made = JsonNode.Parse(template)!.AsObject();
        made["apiVersion"] = ApiVersion;
        made["kind"] = Kind;
        JsonObject metadata = made["metadata"] as JsonObject ?? [];
        made["metadata"] = metadata;
        metadata["name"] = name;
        if (ns is not null && IsNamespaced)
            metadata["namespace"] = ns;
        return made;
    }
}
