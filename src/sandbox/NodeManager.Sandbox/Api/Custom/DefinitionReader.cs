using NodeManager.Sandbox.Model.Kinds.Columns;
using NodeManager.Sandbox.Model.Kinds.Custom;
using NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

namespace NodeManager.Sandbox.Api.Custom;

internal static class DefinitionReader
{
    /// <param name="document">As stored, with its accepted names.</param>
    /// <param name="minor">20 for 1.20.</param>
    public static CustomDefinition Read(JsonObject document, int minor)
    {
        JsonObject? spec = document.Object("spec");
        CustomVersion[] versions = [.. spec.Objects("versions").Select(version => ReadVersion(version, minor))];
        CustomVersion stored = versions.First(static version => version.IsStored);
        foreach (CustomVersion version in versions)
            version.Rules = CustomRules.Of(spec.Text("group") ?? "", version, stored);
        return new(
            CustomNames.Read(document.Object("status").Object("acceptedNames")),
            versions,
            document.Object("metadata")?["deletionTimestamp"] is not null
        );
    }

    private static CustomVersion ReadVersion(JsonObject version, int minor)
    {
        JsonObject? subresources = version.Object("subresources");
        JsonObject schema = version.Object("schema").Object("openAPIV3Schema") ?? [];
        return new()
        {
            Name = version.Text("name") ?? "",
            IsServed = version.Flag("served") == true,
            IsStored = version.Flag("storage") == true,
            HasStatus = subresources.Object("status") is not null,
            Scale = ScalePaths.Read(subresources.Object("scale")),
            SchemaDocument = schema,
            Schema = SchemaNode.ReadRoot(schema),
            Structure = SchemaStructure.Of(schema),
            Columns = PrinterColumns.Read(version.Array("additionalPrinterColumns"), minor),
            Deprecation = version.Flag("deprecated") == true ? version.Text("deprecationWarning") ?? "" : null,
            Minor = minor,
        };
    }
}
