using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Credentials;
using NodeManager.Kubernetes.Yaml;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>A mapping of a kubeconfig file with its position, for errors with file, line and field.</summary>
/// <param name="path">For example <c>users[name=admin].user</c>; empty for the root.</param>
internal sealed class YamlSection(string file, YamlMappingNode node, string path)
{
    private const int MaximumJsonValues = 1_000;

    private const int MaximumMerges = 10;

    private const string BinaryTag = "tag:yaml.org,2002:binary";

    private static readonly YamlScalarNode MergeKey = new("<<");

    public string File => file;

    public string Path => path;

    public bool Has(string field) => Find(field) is not null;

    /// <summary>Null when absent or empty.</summary>
    public string? Text(string field) =>
        Find(field) switch
        {
            null => null,
            YamlScalarNode scalar => Resolve(scalar) switch
            {
                null or "" => null,
                string text => text,
                _ => throw Invalid(field, "should be text: put its value in quotes", scalar),
            },
            { } other => throw Invalid(field, "should be text", other),
        };

    public string RequiredText(string field) => Text(field) ?? throw Invalid(field, "is missing");

    public bool Flag(string field) =>
        Find(field) switch
        {
            null => false,
            YamlScalarNode scalar when Resolve(scalar) is var value and (null or bool) => value is true,
            var other => throw Invalid(field, "should be true or false, without quotes", other),
        };

    /// <summary>Null when absent or empty.</summary>
    public YamlSection? Section(string field) =>
        Find(field) switch
        {
            null => null,
            YamlMappingNode mapping => new(file, mapping, Join(field)),
            YamlScalarNode scalar when Resolve(scalar) is null => null,
            { } other => throw Invalid(field, "should be a mapping", other),
        };

    /// <summary>Null when absent.</summary>
    public JsonNode? Json(string field)
    {
        int remaining = MaximumJsonValues;
        return Find(field) is { } found ? ToJson(found, ref remaining) : null;
    }

    public IReadOnlyList<string> Texts(string field) =>
        [
            .. Items(field)
                .Select(item =>
                    item is YamlScalarNode scalar && Resolve(scalar) is var value and (null or string)
                        ? (string?)value ?? ""
                        : throw Invalid(field, "should be a list of texts", item)
                ),
        ];

    /// <summary>The mappings of a list, by name.</summary>
    public IEnumerable<(string Name, YamlSection Section)> Named(string field)
    {
        foreach (YamlNode item in Items(field))
        {
            if (item is not YamlMappingNode mapping)
                throw Invalid(field, "should be a list of mappings", item);
            string name = new YamlSection(file, mapping, Join(field) + "[]").Text("name") ?? "";
            yield return (name, new(file, mapping, $"{Join(field)}[name={name}]"));
        }
    }

    public IReadOnlyDictionary<string, IReadOnlyList<string>> TextLists() =>
        node.Children.Keys.OfType<YamlScalarNode>().ToDictionary(key => key.Value ?? "", key => Texts(key.Value ?? ""));

    /// <param name="field">Null for the section itself.</param>
    /// <param name="problem">The problem, without the value, which may be a secret.</param>
    /// <param name="at">The position, unless it is the field's.</param>
    public NodeManagerException Invalid(string? field, string problem, YamlNode? at = null, Exception? cause = null)
    {
        YamlNode place = at ?? (field is null ? null : Find(field)) ?? node;
        return KubeconfigErrors.Invalid(file, place.Start.Line, $"{(field is null ? path : Join(field))} {problem}", cause);
    }

    private string Join(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private YamlNode? Find(string field) => Find(node, new(field), MaximumMerges);

    /// <summary>The field of the mapping, else of a merged one (<c>&lt;&lt;</c>).</summary>
    private static YamlNode? Find(YamlMappingNode mapping, YamlScalarNode field, int remaining)
    {
        if (mapping.Children.TryGetValue(field, out YamlNode? value))
            return value;
        if (remaining == 0 || !mapping.Children.TryGetValue(MergeKey, out YamlNode? merged))
            return null;
        IEnumerable<YamlNode> sources = merged is YamlSequenceNode list ? list.Children : [merged];
        return sources
            .OfType<YamlMappingNode>()
            .Select(source => Find(source, field, remaining - 1))
            .FirstOrDefault(found => found is not null);
    }

    private IEnumerable<YamlNode> Items(string field) =>
        Find(field) switch
        {
            null => [],
            YamlSequenceNode sequence => sequence.Children,
            YamlScalarNode scalar when Resolve(scalar) is null => [],
            { } other => throw Invalid(field, "should be a list", other),
        };

    /// <param name="remaining">The remaining number of values: aliases of aliases multiply.</param>
    private JsonNode? ToJson(YamlNode value, ref int remaining)
    {
        if (--remaining < 0)
            throw Invalid(null, $"holds more than {MaximumJsonValues} values");
        switch (value)
        {
            case YamlMappingNode mapping:
                var fields = new JsonObject();
                foreach ((YamlNode key, YamlNode field) in mapping.Children)
                    fields[key is YamlScalarNode { Value: { } name } ? name : ""] = ToJson(field, ref remaining);
                return fields;
            case YamlSequenceNode sequence:
                var items = new JsonArray();
                foreach (YamlNode item in sequence.Children)
                    items.Add(ToJson(item, ref remaining));
                return items;
            case YamlScalarNode scalar:
                return Resolve(scalar) switch
                {
                    bool flag => JsonValue.Create(flag),
                    long number => JsonValue.Create(number),
                    double number when double.IsFinite(number) => JsonValue.Create(number),
                    null => null,
                    object text => JsonValue.Create((string)text),
                };
            default:
                return null;
        }
    }

    /// <summary>Text, bool, long, double or null.</summary>
    private object? Resolve(YamlScalarNode scalar)
    {
        if (scalar is { Style: ScalarStyle.Plain, Tag.IsEmpty: true })
            return PlainScalar.Resolve(scalar.Value ?? "");
        if (scalar.Tag.IsEmpty || scalar.Tag.Value != BinaryTag)
            return scalar.Value;
        return Base64.TryDecode(scalar.Value ?? "", out byte[] bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw KubeconfigErrors.Invalid(file, scalar.Start.Line, "a value with the tag !!binary is not valid base64");
    }
}
