using System.Xml.Linq;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests;

/// <summary>What tables and lists show. A column of a node's tables is defined in one place, whichever tables show it.</summary>
public sealed class ViewTests
{
    private static readonly XDocument Nodes = XDocument.Load(
        Path.Combine(Repository.Root, "src", "NodeManager", "Formats", "Node.Format.ps1xml")
    );

    [Fact]
    public void The_tables_of_a_node_are_one_definition()
    {
        XElement tables = Assert.Single(Nodes.Descendants("TableViews"));

        Assert.Equal(["Usage", "Default", "Wide"], tables.Elements("Table").Select(static one => one.Attribute("Columns")!.Value));
        Assert.DoesNotContain(
            Nodes.Descendants("View"),
            static view =>
                view.Element("TableControl") is not null
                && view.Descendants("TypeName")
                    .Any(static name => name.Value.StartsWith("NodeManager.ClusterNode", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void No_table_has_a_column_twice_and_every_column_is_in_a_table()
    {
        XElement tables = Nodes.Descendants("TableViews").Single();
        (string View, string Label)[] columns =
        [
            .. tables
                .Elements("Column")
                .SelectMany(static one => one.Attribute("Views")!.Value.Split(' ').Select(view => (view, one.Attribute("Label")!.Value))),
        ];

        Assert.Equal(columns.Distinct(), columns);
        Assert.Equal(
            tables.Elements("Table").Select(static one => one.Attribute("Columns")!.Value).Order(StringComparer.Ordinal),
            columns.Select(static one => one.View).Distinct().Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void An_object_that_is_the_value_of_a_property_has_a_text()
    {
        Type[] own =
        [
            .. typeof(ClusterNode)
                .Assembly.GetExportedTypes()
                .SelectMany(static type => type.GetProperties())
                .Select(static property => property.PropertyType)
                .Where(static type =>
                    type.Assembly == typeof(ClusterNode).Assembly
                    && type is { IsClass: true, IsGenericType: false, IsGenericParameter: false }
                )
                .Distinct(),
        ];

        Assert.Contains(typeof(NodeResources), own);
        // Lists and tables show such a value by its text: otherwise it is the name of its type.
        Assert.DoesNotContain(own, static type => type.GetMethod(nameof(ToString), Type.EmptyTypes)!.DeclaringType == typeof(object));
    }
}
