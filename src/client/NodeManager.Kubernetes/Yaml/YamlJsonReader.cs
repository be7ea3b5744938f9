using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeManager.Kubernetes.Yaml;

/// <summary>
/// Converts YAML to JSON as Kubernetes does: the first document, YAML 1.1's plain scalars, anchors and merged mappings, keys as text.
/// Limits nesting as for JSON, and aliases to far more values and characters than manifests have.
/// </summary>
public sealed class YamlJsonReader
{
    /// <summary>The limit of reported duplicate keys.</summary>
    public const int MaximumDuplicates = 100;

    private const int MaximumDepth = 256;
    private const string Merge = "<<";
    private const string StringTag = "tag:yaml.org,2002:str";
    private const int MaximumAliasedValues = 200_000;
    private const long MaximumAliasedCharacters = 16 * 1024 * 1024;

    private readonly Parser _parser;
    private readonly Dictionary<string, (JsonNode? Value, Size Size)> _anchors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly List<(string Key, long Line)> _duplicates = [];
    private Size _aliased;
    private Size _read;

    private YamlJsonReader(string text) => _parser = new(new StringReader(text));

    /// <returns>The value, null for an empty document, and duplicate keys with their lines; the last value of a key is used.</returns>
    /// <exception cref="FormatException">Invalid YAML; the message is in the API server's words.</exception>
    public static (JsonNode? Root, IReadOnlyList<(string Key, long Line)> Duplicates) Read(string text)
    {
        var reader = new YamlJsonReader(text);
        try
        {
            reader._parser.Consume<StreamStart>();
            if (!reader._parser.TryConsume<DocumentStart>(out _))
                return (null, []);
            return (reader.ReadNode(0), reader._duplicates);
        }
        catch (YamlException fault)
        {
            // The first line is not reported.
            string why = fault.Message.TrimEnd('.');
            throw new FormatException(
                $"yaml: {(fault.Start.Line > 1 ? $"line {fault.Start.Line}: " : "")}{char.ToLowerInvariant(why[0])}{why[1..]}"
            );
        }
    }

    private JsonNode? ReadNode(int depth)
    {
        if (depth > MaximumDepth)
            throw new FormatException("yaml: exceeded max depth of 10000");
        Size before = _read;
        _read += new Size(1, 0);
        switch (_parser.Current)
        {
            case AnchorAlias:
                return Expand(_parser.Consume<AnchorAlias>().Value.Value);
            case Scalar:
                Scalar scalar = _parser.Consume<Scalar>();
                _read += new Size(0, scalar.Value.Length);
                return Keep(scalar.Anchor, before, Resolve(scalar));
            case SequenceStart:
                SequenceStart sequence = _parser.Consume<SequenceStart>();
                return Keep(sequence.Anchor, before, Within(sequence.Anchor, () => ReadSequence(depth)));
            default:
                MappingStart mapping = _parser.Consume<MappingStart>();
                return Keep(mapping.Anchor, before, Within(mapping.Anchor, () => ReadMapping(depth)));
        }
    }

    private JsonArray ReadSequence(int depth)
    {
        var list = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            list.Add(ReadNode(depth + 1));
        return list;
    }

    private JsonObject ReadMapping(int depth)
    {
        var owner = new JsonObject();
        var merged = new List<JsonNode?>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            Mark start = _parser.Current!.Start;
            string key = Key(start);
            JsonNode? value = ReadNode(depth + 1);
            if (key == Merge)
            {
                merged.Add(value);
                continue;
            }

            if (owner.ContainsKey(key) && _duplicates.Count < MaximumDuplicates)
                _duplicates.Add((key, start.Line));
            owner[key] = value;
        }

        // A mapping's own keys take precedence over merged ones, and earlier merges over later ones.
        foreach (
            JsonObject other in merged.SelectMany(static one => one is JsonArray list ? list.AsEnumerable() : [one]).OfType<JsonObject>()
        )
        {
            foreach ((string name, JsonNode? value) in other)
                if (!owner.ContainsKey(name))
                    owner[name] = value?.DeepClone();
        }

        return owner;
    }

    private string Key(Mark start)
    {
        if (_parser.Current is AnchorAlias alias)
        {
            _parser.MoveNext();
            return Text(Expand(alias.Value.Value)) ?? throw new FormatException($"yaml: line {start.Line}: invalid map key");
        }

        if (!_parser.TryConsume<Scalar>(out var scalar))
            throw new FormatException($"yaml: line {start.Line}: invalid map key");
        _read += new Size(0, scalar.Value.Length);
        return scalar.Value == Merge && scalar.Style == ScalarStyle.Plain ? Merge : Text(Resolve(scalar)) ?? "null";
    }

    private static string? Text(JsonNode? key) =>
        key switch
        {
            null => null,
            JsonValue value when value.TryGetValue(out string? text) => text,
            JsonValue => key.ToJsonString(),
            _ => null,
        };

    private JsonNode? Expand(string name)
    {
        if (_open.Contains(name))
            throw new FormatException($"yaml: anchor '{name}' value contains itself");
        if (!_anchors.TryGetValue(name, out (JsonNode? Value, Size Size) anchor))
            throw new FormatException($"yaml: unknown anchor '{name}' referenced");
        _aliased += anchor.Size;
        _read += anchor.Size;
        return _aliased.Values > MaximumAliasedValues || _aliased.Characters > MaximumAliasedCharacters
            ? throw new FormatException("yaml: document contains excessive aliasing")
            : anchor.Value?.DeepClone();
    }

    private T Within<T>(AnchorName anchor, Func<T> read)
    {
        if (anchor.IsEmpty)
            return read();
        _open.Add(anchor.Value);
        T value = read();
        _open.Remove(anchor.Value);
        return value;
    }

    private JsonNode? Keep(AnchorName anchor, Size before, JsonNode? value)
    {
        if (!anchor.IsEmpty)
            _anchors[anchor.Value] = (value, _read - before);
        return value;
    }

    private static JsonNode? Resolve(Scalar scalar)
    {
        bool isText = scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value is StringTag or "!");
        return (isText ? scalar.Value : PlainScalar.Resolve(scalar.Value)) switch
        {
            null => null,
            bool flag => JsonValue.Create(flag),
            long number => JsonValue.Create(number),
            double number => double.IsFinite(number)
                ? JsonNode.Parse(number.ToString("R", CultureInfo.InvariantCulture))
                : throw new FormatException($"json: unsupported value: {(double.IsNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf")}"),
            object text => JsonValue.Create((string)text),
        };
    }

    /// <summary>The size of a part of a document.</summary>
    private readonly record struct Size(int Values, long Characters)
    {
        public static Size operator +(Size left, Size right) => new(left.Values + right.Values, left.Characters + right.Characters);

        public static Size operator -(Size left, Size right) => new(left.Values - right.Values, left.Characters - right.Characters);
    }
}
