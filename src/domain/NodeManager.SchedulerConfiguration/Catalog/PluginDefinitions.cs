using YamlDotNet.Core;
using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>
/// Plugin definitions in a file: one YAML or JSON document each, with <c>name</c>, <c>extensionPoints</c> and, as <c>arguments</c>, each
/// argument's kind: <c>string</c>, <c>bool</c>, <c>int32</c>, <c>int64</c>, <c>number</c>, <c>duration</c>, <c>quantity</c>, <c>any</c>, a
/// list of one of them, a mapping of further fields, or <c>{'*': kind}</c> for user-defined keys.
/// </summary>
public static class PluginDefinitions
{
    /// <param name="file">The name in messages.</param>
    /// <param name="source">The source of the definitions.</param>
    /// <exception cref="NodeManagerException">
    /// SchedulerDefinitionInvalid: the text is not YAML, or a document is not a definition.
    /// </exception>
    public static IReadOnlyList<SchedulerPluginDefinition> Read(string text, string file, string source)
    {
        IReadOnlyList<YamlNode> documents;
        try
        {
            documents = YamlTreeReader.Read(text);
        }
        catch (YamlException exception)
        {
            throw Invalid(file, $"line {exception.Start.Line}: {exception.Message}", exception);
        }

        if (documents.Count == 0)
            throw Invalid(file, "it is empty", null);
        return [.. documents.Select(node => Read(YamlValue.Of(node), file, source))];
    }

    /// <summary>The standard plugins and those of the definitions, which take precedence.</summary>
    public static PluginCatalog Catalog(IEnumerable<SchedulerPluginDefinition> definitions) => new(definitions.Select(Known));

    public static SchedulerPluginDefinition Describe(KnownPlugin plugin, int minor, string source, string cluster = "") =>
        new()
        {
            Name = plugin.Name,
            ExtensionPoints = new ItemList<string>([.. plugin.Points(minor)]),
            Arguments = plugin.Arguments(SchedulerApi.V1, minor)?.ToString() ?? "",
            Source = source,
            Cluster = cluster,
        };

    /// <summary>The inverse of <see cref="Read(string, string, string)"/>.</summary>
    public static string Write(SchedulerPluginDefinition definition) =>
        $"name: {YamlScalar.Write(definition.Name)}\nextensionPoints: [{string.Join(", ", definition.ExtensionPoints)}]\n"
        + (definition.Arguments.Length == 0 ? "" : $"arguments: {definition.Arguments}\n");

    private static KnownPlugin Known(SchedulerPluginDefinition definition) =>
        new(
            definition.Name,
            string.Join(' ', definition.ExtensionPoints),
            arguments: definition.Arguments.Length == 0 ? [] : [(SchedulerApi.V1Beta1.Name, definition.Arguments)]
        );

    private static SchedulerPluginDefinition Read(object? value, string file, string source)
    {
        if (value is not Map map)
            throw Invalid(file, "it is not a mapping", null);
        if (map.Keys.FirstOrDefault(key => key is not ("name" or "extensionPoints" or "arguments")) is { } unknown)
            throw Invalid(file, $"field '{unknown}' is unknown; the fields are name, extensionPoints and arguments", null);
        if (map.GetValueOrDefault("name") is not string { Length: > 0 } name || name.AsSpan().ContainsAny(" *\t\r\n"))
            throw Invalid(file, "'name' of the plugin is missing, or contains blanks or '*'", null);
        if (map.GetValueOrDefault("extensionPoints") is not List<object?> { Count: > 0 } points)
            throw Invalid(file, $"the plugin {name} has no 'extensionPoints'", null);
        foreach (var point in points)
            if (point is not string known || !ExtensionPoints.Cycle.Contains(known))
                throw Invalid(
                    file,
                    $"'{point}' of the plugin {name} is not an extension point; valid are {string.Join(", ", ExtensionPoints.Cycle)}",
                    null
                );
        return new SchedulerPluginDefinition
        {
            Name = name,
            ExtensionPoints = new ItemList<string>([.. points.Cast<string>().Distinct()]),
            Arguments = Schema(map.GetValueOrDefault("arguments"), name, file),
            Source = source,
        };
    }

    private static string Schema(object? arguments, string name, string file)
    {
        if (arguments is null or Map { Count: 0 })
            return "";
        if (arguments is not Map)
            throw Invalid(file, $"the arguments of {name} are not a mapping", null);
        var text = YamlValue.Describe(arguments);
        try
        {
            return ArgumentSchemas.Get(text).ToString();
        }
        catch (Exception exception) when (exception is ArgumentException or YamlException)
        {
            throw Invalid(file, $"the arguments of {name}: {exception.Message}", exception);
        }
    }

    private static NodeManagerException Invalid(string file, string reason, Exception? cause) =>
        new(
            ErrorIds.SchedulerDefinitionInvalid,
            ErrorKind.InvalidData,
            $"{file} defines no plugin: {reason}.",
            file,
            "Specify 'name', 'extensionPoints' and, if the plugin has arguments, 'arguments' with the kind of each.",
            cause
        );
}
