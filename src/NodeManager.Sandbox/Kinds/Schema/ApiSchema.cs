using System.Globalization;

namespace NodeManager.Sandbox.Kinds.Schema;

/// <summary>
/// The fields of the API's types, as its public protocol definitions name and number them (<c>fields.txt</c>, Kubernetes 1.36). By them
/// bodies in protocol buffers are read, unknown fields found and the API described.
/// </summary>
internal sealed class ApiSchema
{
    private const string Resource = "NodeManager.Sandbox.Kinds.Schema.fields.txt";

    private static readonly Lazy<ApiSchema> Shared = new(static () => new());

    private readonly Dictionary<string, SchemaField[]> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, SchemaField>> _byName = new(StringComparer.Ordinal);

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

            if (type.Length > 0) _fields[type] = [.. fields];
            type = line;
            fields.Clear();
        }

        _fields[type] = [.. fields];
        foreach (string name in _fields.Keys) _byName[name] = Flat(name).ToDictionary(static field => field.Name, StringComparer.Ordinal);
    }

    /// <summary>Read once, when first needed.</summary>
    public static ApiSchema Instance => Shared.Value;

    public IEnumerable<string> Types => _fields.Keys;

    /// <summary>Null for scalars, and for what is not described.</summary>
    public IReadOnlyList<SchemaField>? Fields(string type) => _fields.GetValueOrDefault(type);

    /// <summary>By their names in JSON, those of inline types included.</summary>
    public IReadOnlyDictionary<string, SchemaField>? Members(string type) => _byName.GetValueOrDefault(type);

    private IEnumerable<SchemaField> Flat(string type) => _fields[type].SelectMany(field => field.IsInline ? Flat(field.Type) : [field]);

    private static SchemaField Field(string[] parts)
    {
        string type = parts[2];
        (SchemaShape shape, string bare) = type switch
        {
            _ when type.EndsWith("[]", StringComparison.Ordinal) => (SchemaShape.List, type[..^2]),
            _ when type.EndsWith("{}", StringComparison.Ordinal) => (SchemaShape.Map, type[..^2]),
            _ => (SchemaShape.One, type),
        };
        string flag = parts.Length > 3 ? parts[3] : "";
        return new(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], bare, shape, flag == "inline", flag == "optional");
    }
}
