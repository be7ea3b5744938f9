using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.Core.Scheduler.Validation;

/// <summary>Compares what is written with what a schema allows.</summary>
internal static class SchemaCheck
{
    /// <summary>The values that are not of their field's kind, and the fields that there are not; as path and message.</summary>
    public static IEnumerable<(string Path, string Message)> Values(string path, object? value, ValueSchema schema)
    {
        if (!schema.Takes(value))
            return [(path, $"is {YamlValue.Describe(value)}, not {schema.Name}")];
        return value switch
        {
            List<object?> list when schema.Item is { } item =>
                list.SelectMany((element, index) => Values($"{path}[{index}]", element, item)),
            Map map when schema.Kind == ValueKind.Map => map.SelectMany(pair => Values($"{path}.{pair.Key}", pair.Value, schema.Item!)),
            Map map when schema.Kind == ValueKind.Object => map.SelectMany(pair => schema.Fields.TryGetValue(pair.Key, out var field)
                ? Values($"{path}.{pair.Key}", pair.Value, field)
                : [($"{path}.{pair.Key}", "is no field there is")]),
            _ => [],
        };
    }

    /// <summary>The findings on a node of the document.</summary>
    public static IEnumerable<SchedulerConfigurationFinding> Nodes(ValidationContext context, YamlPath path, YamlNode node, ValueSchema schema)
    {
        node = node.Resolved;
        if (node.Kind == YamlNodeKind.Scalar || !schema.Takes(Shape(node)))
        {
            var value = YamlValue.Of(node);
            if (!schema.Takes(value))
                yield return IsBareName(path, value)
                    ? context.Error("BareName", path, $"the plugin name '{value}' is written as text alone, which kube-scheduler refuses",
                        $"Write '- name: {YamlScalar.Write(value)}'.")
                    : context.Error("Type", path, $"is {YamlValue.Describe(value)}, not {schema.Name}", $"Give it {schema.Name}.");
            yield break;
        }

        if (node.Kind == YamlNodeKind.Sequence)
        {
            for (var index = 0; index < node.Items.Count; index++)
                if (schema.Item is { } item)
                    foreach (var finding in Nodes(context, path.Item(index), node.Items[index], item))
                        yield return finding;
            yield break;
        }

        foreach (var duplicate in node.Entries.GroupBy(entry => entry.Name).Where(group => group.Count() > 1))
            yield return context.Error("DuplicateField", path.Key(duplicate.Key), $"the field is written {duplicate.Count()} times", "Keep one of them.");
        foreach (var entry in node.Entries.DistinctBy(entry => entry.Name))
        {
            var place = path.Key(entry.Name);
            if (schema.Kind == ValueKind.Map)
            {
                foreach (var finding in Nodes(context, place, entry.Value, schema.Item!))
                    yield return finding;
            }
            else if (schema.Fields.TryGetValue(entry.Name, out var field))
            {
                foreach (var finding in Nodes(context, place, entry.Value, field))
                    yield return finding;
            }
            else if (schema.Kind == ValueKind.Object && entry.Name != "<<")
            {
                yield return context.Error("UnknownField", place, $"there is no field '{entry.Name}' in {context.Api}{Near(entry.Name, schema)}",
                    $"Fields here are {string.Join(", ", schema.Fields.Keys)}.");
            }
        }
    }

    private static object? Shape(YamlNode node) => node.Kind == YamlNodeKind.Sequence ? new List<object?>() : new Map();

    private static bool IsBareName(YamlPath path, object? value) =>
        value is string && path is { Count: > 1, Last: int } && path.Parent.Last is "enabled" or "disabled";

    private static string Near(string name, ValueSchema schema) =>
        schema.Fields.Keys.FirstOrDefault(field => field.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } near ? $"; there is {near}" : "";
}
