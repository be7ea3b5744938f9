using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Resources;

internal sealed class CustomVersion
{
    public required string Name { get; init; }

    public bool IsServed { get; init; }

    public bool IsStored { get; init; }

    public bool HasStatus { get; init; }

    /// <summary>Null without this subresource.</summary>
    public ScalePaths? Scale { get; init; }

    public required SchemaNode Schema { get; init; }

    /// <summary>As in the definition; read-only.</summary>
    public required JsonObject SchemaDocument { get; init; }

    public required ValueStructure Structure { get; init; }

    public TableColumn[] Columns { get; init; } = [];

    /// <summary>The deprecation warning: null if not deprecated, empty for the API's default text.</summary>
    public string? Deprecation { get; init; }

    /// <summary>The minor version of the cluster's Kubernetes.</summary>
    public int Minor { get; init; }

    /// <summary>Set once, when all versions of the definition are known.</summary>
    public KindRules Rules { get; set; } = KindRules.None;
}
