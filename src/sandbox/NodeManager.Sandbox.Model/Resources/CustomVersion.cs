using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>A custom kind at one of its versions.</summary>
internal sealed class CustomVersion
{
    public required string Name { get; init; }

    public bool IsServed { get; init; }

    public bool IsStored { get; init; }

    public bool HasStatus { get; init; }

    /// <summary>Null where there is no such subresource.</summary>
    public ScalePaths? Scale { get; init; }

    public required SchemaNode Schema { get; init; }

    /// <summary>The schema as the definition has it: not to be changed.</summary>
    public required JsonObject SchemaDocument { get; init; }

    /// <summary>How its objects' parts are told apart.</summary>
    public required ValueStructure Structure { get; init; }

    public TableColumn[] Columns { get; init; } = [];

    /// <summary>What clients are warned with: null if it is not deprecated, empty where the definition leaves the words to the API.</summary>
    public string? Deprecation { get; init; }

    /// <summary>Of the Kubernetes that is served.</summary>
    public int Minor { get; init; }

    /// <summary>How its objects behave. Set once, when all versions of the definition are known.</summary>
    public KindRules Rules { get; set; } = KindRules.None;
}
