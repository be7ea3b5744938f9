using System.Collections.Concurrent;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Model.Structure;

internal sealed class ApiStructures
{
    // Before that, only merge keys of patches were defined.
    private const int ListTypesFrom = 22;

    private static readonly ConcurrentDictionary<bool, ApiStructures> Known = new();

    private readonly int _minor;
    private readonly ConcurrentDictionary<string, ValueStructure> _byType = new(StringComparer.Ordinal);

    private ApiStructures(int minor) => _minor = minor;

    public static ApiStructures Of(int minor) => Known.GetOrAdd(minor >= ListTypesFrom, static isNew => new(isNew ? ListTypesFrom : 0));

    /// <summary>Includes kind and apiVersion.</summary>
    public ValueStructure OfKind(string kind) =>
        _byType.GetOrAdd(
            "/" + kind,
            _ =>
            {
                if (ApiSchema.Instance.Members(kind) is null)
                    return ValueStructure.Anything;
                return ValueStructure.Object(() =>
                    new Dictionary<string, StructureMember>(Members(kind), StringComparer.Ordinal)
                    {
                        ["kind"] = new(ValueStructure.Text),
                        ["apiVersion"] = new(ValueStructure.Text),
                    }
                );
            }
        );

    private ValueStructure OfType(string type) =>
        type switch
        {
            "raw" => ValueStructure.Anything,
            "strings" => ValueStructure.List(ValueStructure.Text, null),
            "string" or "bytes" or "time" or "microtime" => ValueStructure.Text,
            "int32" or "int64" or "double" => ValueStructure.Numeric,
            "bool" => ValueStructure.Flag,
            _ when ApiSchema.Instance.Members(type) is null => ValueStructure.Scalar,
            _ => _byType.GetOrAdd(type, name => ValueStructure.Object(() => Members(name), ApiSchema.Instance.IsAtomic(name, _minor))),
        };

    private Dictionary<string, StructureMember> Members(string type) =>
        ApiSchema.Instance.Members(type)!.ToDictionary(static pair => pair.Key, pair => Member(pair.Value), StringComparer.Ordinal);

    // A null that only older servers write has no owner.
    private StructureMember Member(SchemaField field)
    {
        bool isAlways = field.IsAlwaysAt(int.MaxValue);
        return new(OfField(field), isAlways, !isAlways && field.IsAlwaysAt(0), Default(field));
    }

    // An unset number or text that is always written is zero or empty, also as a key.
    private JsonValue? Default(SchemaField field) =>
        (field.Default, field.Type) switch
        {
            ({ } text, _) => JsonValue.Create(text),
            _ when !field.IsAlwaysAt(int.MaxValue) || field.Shape != SchemaShape.One || _minor < ListTypesFrom => null,
            (_, "string") => JsonValue.Create(""),
            (_, "int32" or "int64") => JsonValue.Create(0),
            _ => null,
        };

    private ValueStructure OfField(SchemaField field)
    {
        ValueStructure one = OfType(field.Type);
        string[]? keys = field.ListKeys;
        if (keys is null && _minor < ListTypesFrom && field.MergeKey is { } mergeKey)
            keys = mergeKey.Length == 0 ? [] : [mergeKey];
        return field.Shape switch
        {
            SchemaShape.List => ValueStructure.List(one, keys),
            SchemaShape.Map => ValueStructure.Map(one, field.IsAtomic == true && _minor >= ListTypesFrom),
            _ when field.IsAtomic is { } isAtomic && isAtomic != one.IsAtomic => ValueStructure.Object(() => one.Members, isAtomic),
            _ => one,
        };
    }
}
