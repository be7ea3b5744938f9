using System.Globalization;

namespace NodeManager.Sandbox.Model.Schema;

/// <summary>
/// The fields of the API's types with their Protocol Buffers numbers, and the merge information of OpenAPI (<c>fields.txt</c>, Kubernetes
/// 1.36). Used to decode bodies, find unknown fields, track ownership and describe the API.
/// </summary>
internal sealed class ApiSchema
{
    private const string Resource = "NodeManager.Sandbox.Model.Schema.fields.txt";

    private static readonly Lazy<ApiSchema> Shared = new(static () => new());

    private readonly Dictionary<string, SchemaField[]> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, SchemaField>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _atomicFrom = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _publicNames = new(StringComparer.Ordinal);

    private ApiSchema()
    {
        using var reader = new StreamReader(typeof(ApiSchema).Assembly.GetManifestResourceStream(Resource)!);
        string type = "";
        var fields = new List<SchemaField>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith(' '))
            {
                fields.Add(Field(line.Trim().Split(' ')));
                continue;
            }

            if (type.Length > 0)
                _fields[type] = [.. fields];
            type = Type(line);
            fields.Clear();
        }

        _fields[type] = [.. fields];
        foreach (string name in _fields.Keys)
            _byName[name] = Flat(name).ToDictionary(static field => field.Name, StringComparer.Ordinal);
    }

    /// <summary>Loaded on first use.</summary>
    public static ApiSchema Instance => Shared.Value;

    public IEnumerable<string> Types => _fields.Keys;

    /// <summary>Null for scalars and unknown types.</summary>
    public IReadOnlyList<SchemaField>? Fields(string type) => _fields.GetValueOrDefault(type);

    /// <summary>By JSON name, including fields of inline types.</summary>
    public IReadOnlyDictionary<string, SchemaField>? Members(string type) => _byName.GetValueOrDefault(type);

    private IEnumerable<SchemaField> Flat(string type) =>
        _fields[type]
            .SelectMany(field =>
                field.IsInline ? Flat(field.Type).Select(inner => inner with { Within = $"{field.Type}.{inner.Within}" }) : [field]
            );

    /// <summary>Objects of the type are owned as one value in this minor version.</summary>
    public bool IsAtomic(string type, int minor) => _atomicFrom.TryGetValue(type, out int from) && minor >= from;

    /// <summary>The type's package: <c>core</c>, <c>meta</c>.</summary>
    public string Group(string type) => _groups[type];

    /// <summary>The API's name of a type; ours may differ where two groups share a name.</summary>
    public string PublicName(string type) => _publicNames.GetValueOrDefault(type, type);

    // "LabelSelector meta atomic", "SecretReference core atomic=22" (from which minor version), "events.Event events as=Event".
    private string Type(string line)
    {
        string[] parts = line.Split(' ');
        string type = parts[0];
        _groups[type] = parts[1];
        foreach (string flag in parts.AsSpan(2))
        {
            string value = Value(flag);
            switch (flag.Split('=')[0])
            {
                case "atomic":
                    _atomicFrom[type] = value.Length > 0 ? int.Parse(value, CultureInfo.InvariantCulture) : 0;
                    break;
                case "as":
                    _publicNames[type] = value;
                    break;
                default:
                    throw new FormatException($"fields.txt: {flag} is not a flag of a type.");
            }
        }

        return type;
    }

    private static SchemaField Field(string[] parts)
    {
        string type = parts[2];
        (SchemaShape shape, string bare) = type switch
        {
            _ when type.EndsWith("[]", StringComparison.Ordinal) => (SchemaShape.List, type[..^2]),
            _ when type.EndsWith("{}", StringComparison.Ordinal) => (SchemaShape.Map, type[..^2]),
            _ => (SchemaShape.One, type),
        };
        var field = new SchemaField(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], bare, shape);
        foreach (string flag in parts.AsSpan(3))
        {
            field = flag.Split('=')[0] switch
            {
                "inline" => field with { IsInline = true },
                "optional" => field with { IsOptional = true },
                "always" => field with
                {
                    AlwaysUntil = Value(flag) is { Length: > 0 } last ? int.Parse(last, CultureInfo.InvariantCulture) : int.MaxValue,
                },
                "set" => field with { ListKeys = [] },
                "map" => field with { ListKeys = Value(flag).Split(',') },
                "atomic" => field with { IsAtomic = true },
                "granular" => field with { IsAtomic = false },
                "merge" => field with { MergeKey = Value(flag) },
                "from" => field with { From = int.Parse(Value(flag), CultureInfo.InvariantCulture) },
                "until" => field with { Until = int.Parse(Value(flag), CultureInfo.InvariantCulture) },
                "default" => field with { Default = Value(flag) },
                "required" => field with { IsRequired = true },
                "enum" => field with { Values = Value(flag).Split(',') },
                "replace" => field with { ReplacesFrom = int.Parse(Value(flag), CultureInfo.InvariantCulture) },
                "retainKeys" => field with { RetainsKeys = true },
                "as" => field with { OpenApiName = Value(flag) },
                _ => throw new FormatException($"fields.txt: {flag} is not a flag."),
            };
        }

        return field;
    }

    private static string Value(string flag) => flag.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? flag[(at + 1)..] : "";
}
