using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>A mapping of a kubeconfig file that knows where it stands, so that an error can say file, line and field.</summary>
/// <param name="file">The file it was read from.</param>
/// <param name="node">Its content.</param>
/// <param name="path">Where it stands, for example <c>users[name=admin].user</c>; empty for the root.</param>
internal sealed class YamlSection(string file, YamlMappingNode node, string path)
{
    public string File => file;

    public string Path => path;

    public bool Has(string field) => Find(field) is not null;

    /// <summary>Null when it is absent or empty.</summary>
    public string? Text(string field) => Find(field) switch
    {
        null => null,
        YamlScalarNode scalar => IsNull(scalar) ? null : scalar.Value,
        { } other => throw Invalid(field, "should be text", other),
    };

    public string RequiredText(string field) => Text(field) ?? throw Invalid(field, "is missing");

    public bool Flag(string field) => Text(field)?.ToUpperInvariant() switch
    {
        null or "FALSE" => false,
        "TRUE" => true,
        _ => throw Invalid(field, "should be true or false"),
    };

    /// <summary>Null when it is absent or empty.</summary>
    public YamlSection? Section(string field) => Find(field) switch
    {
        null => null,
        YamlMappingNode mapping => new(file, mapping, Join(field)),
        YamlScalarNode scalar when IsNull(scalar) => null,
        { } other => throw Invalid(field, "should be a mapping", other),
    };

    /// <summary>Whatever the field holds, as JSON. Null when it is absent.</summary>
    public JsonNode? Json(string field) => Find(field) is { } found ? ToJson(found) : null;

    public IReadOnlyList<string> Texts(string field) =>
        [.. Items(field).Select(item => item is YamlScalarNode { Value: { } text } ? text : throw Invalid(field, "should be a list of texts", item))];

    /// <summary>The mappings of a list, each with the name it goes by.</summary>
    public IEnumerable<(string Name, YamlSection Section)> Named(string field)
    {
        foreach (YamlNode item in Items(field))
        {
            if (item is not YamlMappingNode mapping) throw Invalid(field, "should be a list of mappings", item);
            string name = new YamlSection(file, mapping, Join(field) + "[]").RequiredText("name");
            yield return (name, new(file, mapping, $"{Join(field)}[name={name}]"));
        }
    }

    /// <summary>Its fields, each with a text or a list of texts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> TextLists() =>
        node.Children.Keys.OfType<YamlScalarNode>().ToDictionary(key => key.Value ?? "", key => Texts(key.Value ?? ""));

    /// <param name="field">The field at fault; null for the section itself.</param>
    /// <param name="problem">What is wrong with it. Never its value: it may be a secret.</param>
    /// <param name="at">Where, if not where the field stands.</param>
    /// <param name="cause">What was thrown.</param>
    public NodeManagerException Invalid(string? field, string problem, YamlNode? at = null, Exception? cause = null)
    {
        YamlNode place = at ?? (field is null ? null : Find(field)) ?? node;
        return KubeconfigErrors.Invalid(file, place.Start.Line, $"{(field is null ? path : Join(field))} {problem}", cause);
    }

    private string Join(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private YamlNode? Find(string field) => node.Children.TryGetValue(new YamlScalarNode(field), out YamlNode? value) ? value : null;

    private IEnumerable<YamlNode> Items(string field) => Find(field) switch
    {
        null => [],
        YamlSequenceNode sequence => sequence.Children,
        YamlScalarNode scalar when IsNull(scalar) => [],
        { } other => throw Invalid(field, "should be a list", other),
    };

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(child.Key.ToString(), ToJson(child.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => scalar.Value switch
        {
            null or "" or "null" or "~" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            { } text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                ? JsonValue.Create(number)
                : JsonValue.Create(text),
        },
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };

    private static bool IsNull(YamlScalarNode scalar) =>
        string.IsNullOrEmpty(scalar.Value) || scalar.Style == ScalarStyle.Plain && scalar.Value is "null" or "~";
}
