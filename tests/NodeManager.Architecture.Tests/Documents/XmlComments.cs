using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The summaries of an assembly's doc comments, as Markdown.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, string> _summaries;

    private XmlComments(Dictionary<string, string> summaries) => _summaries = summaries;

    /// <exception cref="FileNotFoundException">The assembly has no file of comments beside it.</exception>
    public static XmlComments Of(Assembly assembly)
    {
        string path = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        return new(
            XDocument
                .Load(path, LoadOptions.PreserveWhitespace)
                .Descendants("member")
                .Where(static member => member.Element("summary") is not null)
                .ToDictionary(
                    static member => member.Attribute("name")!.Value,
                    static member => Text(member.Element("summary")!),
                    StringComparer.Ordinal
                )
        );
    }

    public string Of(Type type) => _summaries.GetValueOrDefault($"T:{type.FullName}", "");

    public string Of(PropertyInfo property) => _summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "");

    public string Of(FieldInfo field) => _summaries.GetValueOrDefault($"F:{field.DeclaringType!.FullName}.{field.Name}", "");

    private static string Text(XElement element) => Blanks().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see =>
                $"`{Last(see.Attribute("cref")?.Value ?? see.Attribute("langword")?.Value ?? see.Value)}`",
            XElement { Name.LocalName: "paramref" } reference => $"`{reference.Attribute("name")?.Value}`",
            XElement other => string.Concat(other.Nodes().Select(Text)),
            _ => "",
        };

    // T:NodeManager.BudgetOutlook is BudgetOutlook, F:NodeManager.NodeStatus.Ready is NodeStatus.Ready.
    private static string Last(string reference)
    {
        bool isType = reference.StartsWith("T:", StringComparison.Ordinal);
        string[] parts = reference[(reference.IndexOf(':') + 1)..].Split('(')[0].Split('.');
        return string.Join('.', parts.TakeLast(isType ? 1 : 2));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
