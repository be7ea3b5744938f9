using NodeManager.SchedulerConfigurations.Catalog;
using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Validates values against a schema.</summary>
internal static class SchemaCheck
{
    /// <summary>The values of a wrong kind, and the unknown fields; as path and message.</summary>
    public static IEnumerable<(string Path, string Message)> Values(string path, object? value, ValueSchema schema)
    {
        if (!schema.Takes(value))
            return [(path, Mismatch(value, schema))];
        return value switch
        {
            List<object?> list when schema.Item is { } item => list.SelectMany(
                (element, index) => Values($"{path}[{index}]", element, item)
            ),
            Map map when schema.Kind == ValueKind.Map => map.SelectMany(pair => Values($"{path}.{pair.Key}", pair.Value, schema.Item!)),
            Map map when schema.Kind == ValueKind.Object => map.SelectMany(pair =>
                schema.Fields.TryGetValue(pair.Key, out var field)
                    ? Values($"{path}.{pair.Key}", pair.Value, field)
                    : [($"{path}.{pair.Key}", "is not a field")]
            ),
            _ => [],
        };
    }

    /// <summary>The findings on a node of the document.</summary>
    /// <param name="plugin">The plugin of the arguments; null for the configuration itself.</param>
    public static IEnumerable<SchedulerConfigurationFinding> Nodes(
        ValidationContext context,
        YamlPath path,
        YamlNode node,
        ValueSchema schema,
        KnownPlugin? plugin = null
    )
    {
        node = node.Resolved;
        if (node.Kind == YamlNodeKind.Scalar || !schema.Takes(Shape(node)))
        {
            if (Leaf(context, path, node, schema, plugin) is { } mismatch)
                yield return mismatch;
            yield break;
        }

        if (node.Kind == YamlNodeKind.Sequence)
        {
            for (var index = 0; index < node.Items.Count; index++)
                foreach (var finding in Nodes(context, path.Item(index), node.Items[index], schema.Item ?? schema, plugin))
                    yield return finding;
            yield break;
        }

        foreach (var field in node.AllEntries().GroupBy(entry => entry.Name))
        {
            var place = path.Key(field.Key);
            if (field.Count() > 1)
                yield return context.Error(
                    "DuplicateField",
                    place,
                    $"the field is written {field.Count()} times",
                    "Keep one of them; a merge key (<<) counts."
                );
            var expected = schema.Kind switch
            {
                ValueKind.Any => schema,
                ValueKind.Map => schema.Item,
                _ => schema.Fields.GetValueOrDefault(field.Key),
            };
            if (expected is not null)
            {
                foreach (var finding in Nodes(context, place, field.First().Value, expected, plugin))
                    yield return finding;
            }
            else
            {
                yield return context.Of(
                    plugin,
                    "UnknownField",
                    place,
                    $"field '{field.Key}' is unknown in {context.Api}{Near(field.Key, schema)}",
                    $"Fields here are {string.Join(", ", schema.Fields.Keys)}."
                );
            }
        }
    }

    private static SchedulerConfigurationFinding? Leaf(
        ValidationContext context,
        YamlPath path,
        YamlNode node,
        ValueSchema schema,
        KnownPlugin? plugin
    )
    {
        var value = YamlValue.Of(node);
        if (schema.Takes(value) && !IsFloatInJson(context, node, schema))
            return null;
        return IsBareName(path, value)
            ? context.Error(
                "BareName",
                path,
                $"the plugin name '{value}' is written without 'name:', which kube-scheduler rejects",
                $"Write '- name: {YamlScalar.Write(value)}'."
            )
            : context.Of(plugin, "Type", path, Mismatch(value, schema), $"Give it {schema.Name}.");
    }

    private static string Mismatch(object? value, ValueSchema schema) =>
        schema.Kind == ValueKind.Int32 && YamlScalar.Whole(value) is not null
            ? $"is {YamlValue.Describe(value)}, which exceeds 32 bits"
            : $"is {YamlValue.Describe(value)}, not {schema.Name}";

    // YAML's 2.0 and 2e1 are integers on the wire; those of JSON stay as written.
    private static bool IsFloatInJson(ValidationContext context, YamlNode node, ValueSchema schema) =>
        context.Document.IsJson && schema.Kind is ValueKind.Int32 or ValueKind.Int64 && node.Text.AsSpan().ContainsAny(".eE");

    private static object? Shape(YamlNode node) => node.Kind == YamlNodeKind.Sequence ? new List<object?>() : new Map();

    private static bool IsBareName(YamlPath path, object? value) =>
        value is string && path is { Count: > 1, Last: int } && path.Parent.Last is "enabled" or "disabled";

    private static string Near(string name, ValueSchema schema) =>
        schema.Fields.Keys.FirstOrDefault(field => field.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } near
            ? $"; there is {near}"
            : "";
}
