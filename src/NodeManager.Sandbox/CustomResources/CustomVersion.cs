using System.Text.Json.Nodes;
using NodeManager.Sandbox.CustomResources.Printing;
using NodeManager.Sandbox.CustomResources.Schemas;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Kinds.Columns;
using NodeManager.Sandbox.Kinds.Structure;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.CustomResources;

/// <summary>A custom kind at one of its versions.</summary>
internal sealed class CustomVersion
{
    public CustomVersion(JsonObject version, int minor)
    {
        Name = version.Text("name") ?? "";
        IsServed = version.Flag("served") == true;
        IsStored = version.Flag("storage") == true;
        JsonObject? subresources = version.Object("subresources");
        HasStatus = subresources.Object("status") is not null;
        Scale = ScalePaths.Read(subresources.Object("scale"));
        SchemaDocument = version.Object("schema").Object("openAPIV3Schema") ?? [];
        Schema = SchemaNode.ReadRoot(SchemaDocument);
        Structure = SchemaStructure.Of(SchemaDocument);
        Columns = PrinterColumns.Read(version.Array("additionalPrinterColumns"), minor);
        Deprecation = version.Flag("deprecated") == true ? version.Text("deprecationWarning") ?? "" : null;
        Minor = minor;
    }

    public string Name { get; }

    public bool IsServed { get; }

    public bool IsStored { get; }

    public bool HasStatus { get; }

    /// <summary>Null where there is no such subresource.</summary>
    public ScalePaths? Scale { get; }

    public SchemaNode Schema { get; }

    /// <summary>The schema as the definition has it: not to be changed.</summary>
    public JsonObject SchemaDocument { get; }

    /// <summary>How its objects' parts are told apart.</summary>
    public ValueStructure Structure { get; }

    public TableColumn[] Columns { get; }

    /// <summary>What clients are warned with: null if it is not deprecated, empty where the definition leaves the words to the API.</summary>
    public string? Deprecation { get; }

    /// <summary>Of the Kubernetes that is served.</summary>
    public int Minor { get; }

    /// <summary>Set once, by the definition that it belongs to.</summary>
    public KindRules Rules { get; internal set; } = KindRules.None;
}
