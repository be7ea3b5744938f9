using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>
/// The schema of a field, in the notation of the value itself: <c>{resources: [{name: string, weight: int64}], weights: {"*": number}}</c>.
/// </summary>
public sealed class ValueSchema
{
    private ValueSchema(ValueKind kind) => Kind = kind;

    public ValueKind Kind { get; }

    public IReadOnlyDictionary<string, ValueSchema> Fields { get; private init; } = new Dictionary<string, ValueSchema>();

    /// <summary>The schema of a list's items or a map's values.</summary>
    public ValueSchema? Item { get; private init; }

    /// <summary>The text shown to users.</summary>
    public string Name =>
        Kind switch
        {
            ValueKind.Text => "text",
            ValueKind.Boolean => "true or false",
            ValueKind.Int32 or ValueKind.Int64 => "a whole number",
            ValueKind.Number => "a number",
            ValueKind.Float32 => "a number of 32 bits",
            ValueKind.Bytes => "base64",
            ValueKind.Duration or ValueKind.DurationNotNull => "a duration such as 15s",
            ValueKind.Quantity => "a quantity such as 500m",
            ValueKind.List => "a list",
            ValueKind.Object or ValueKind.Map => "a mapping",
            _ => "any value",
        };

    /// <param name="text">A field's name may end in <c>@24</c>: it exists from that minor version on.</param>
    /// <param name="minor">The minor version.</param>
    public static ValueSchema Parse(string text, int minor) => Of(YamlTreeReader.Read(text)[0], minor);

    /// <summary>The same object with further text fields.</summary>
    public ValueSchema With(params string[] names)
    {
        var fields = new Dictionary<string, ValueSchema>(Fields);
        foreach (var name in names)
            fields[name] = new ValueSchema(ValueKind.Text);
        return new ValueSchema(Kind) { Fields = fields, Item = Item };
    }

    private static ValueSchema Of(YamlNode node, int minor)
    {
        switch (node.Kind)
        {
            case YamlNodeKind.Sequence:
                return node.Items is [var item]
                    ? new ValueSchema(ValueKind.List) { Item = Of(item, minor) }
                    : throw new ArgumentException("A list holds one kind, in brackets: [string].");
            case YamlNodeKind.Mapping when node.Entries is [{ Name: "*" } all]:
                return new ValueSchema(ValueKind.Map) { Item = Of(all.Value, minor) };
            case YamlNodeKind.Mapping:
                return new ValueSchema(ValueKind.Object)
                {
                    Fields = node
                        .Entries.Select(entry => (Field: Field(entry.Name), entry.Value))
                        .Where(entry => entry.Field.Since <= minor)
                        .ToDictionary(entry => entry.Field.Name, entry => Of(entry.Value, minor)),
                };
            default:
                return new ValueSchema(
                    node.Text switch
                    {
                        "string" => ValueKind.Text,
                        "bool" => ValueKind.Boolean,
                        "int32" => ValueKind.Int32,
                        "int64" => ValueKind.Int64,
                        "number" => ValueKind.Number,
                        "float32" => ValueKind.Float32,
                        "duration" => ValueKind.Duration,
                        "durationNotNull" => ValueKind.DurationNotNull,
                        "bytes" => ValueKind.Bytes,
                        "quantity" => ValueKind.Quantity,
                        "any" => ValueKind.Any,
                        _ => throw new ArgumentException($"'{node.Text}' is not a kind of value."),
                    }
                );
        }
    }

    private static (string Name, int Since) Field(string text) =>
        text.Split('@') is [var name, var since] && int.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? (name, minor)
            : (text, 0);

    /// <summary>The inverse of <see cref="Parse"/>.</summary>
    public override string ToString() =>
        Kind switch
        {
            ValueKind.Text => "string",
            ValueKind.Boolean => "bool",
            ValueKind.List => $"[{Item}]",
            ValueKind.Map => $"{{'*': {Item}}}",
            ValueKind.Object => "{" + string.Join(", ", Fields.Select(field => $"{YamlScalar.Write(field.Key)}: {field.Value}")) + "}",
            _ => Kind.ToString().ToLowerInvariant(),
        };

    /// <summary>True if a leaf value is of this kind. Missing values are; lists and mappings are checked by kind only.</summary>
    public bool Takes(object? value) =>
        value is null
            ? Kind != ValueKind.DurationNotNull
            : Kind switch
            {
                // JSON, in which the scheduler passes values on, has neither.
                _ when value is double and (double.NaN or double.PositiveInfinity or double.NegativeInfinity) => false,
                ValueKind.Any => true,
                ValueKind.Text => value is string,
                ValueKind.Boolean => value is bool,
                ValueKind.Int32 => YamlScalar.Whole(value) is >= int.MinValue and <= int.MaxValue,
                ValueKind.Int64 => YamlScalar.Whole(value) is not null,
                ValueKind.Float32 => value is long || (value is double number && float.IsFinite((float)number)),
                ValueKind.Bytes => value is string text && IsBase64(text),
                ValueKind.Number => value is long or double,
                ValueKind.Duration or ValueKind.DurationNotNull => value is string text && GoDuration.Parse(text) is not null,
                ValueKind.Quantity => value is string or long or double,
                ValueKind.List => value is List<object?>,
                _ => value is OrderedDictionary<string, object?>,
            };

    // As in Go: line breaks are skipped, other blanks are not.
    private static bool IsBase64(string text) => !text.AsSpan().ContainsAny(" \t") && Base64.IsValid(text);
}

/// <summary>A cache of schemas by text and release.</summary>
internal static class ArgumentSchemas
{
    private static readonly ConcurrentDictionary<(string Text, int Minor), ValueSchema> Known = new();

    public static ValueSchema Get(string text, int minor = int.MaxValue) =>
        Known.GetOrAdd((text, minor), static key => ValueSchema.Parse(key.Text, key.Minor));
}
