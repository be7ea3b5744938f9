namespace NodeManager.Sandbox.Model.Structure;

/// <summary>
/// The parts of a value that managers can own: <c>x-kubernetes-list-type</c>, <c>-list-map-keys</c> and <c>-map-type</c>. Built from
/// <c>fields.txt</c> for built-in kinds, and from the schema for custom ones.
/// </summary>
internal sealed class ValueStructure
{
    private static readonly Dictionary<string, StructureMember> NoMembers = [];

    private readonly Lazy<IReadOnlyDictionary<string, StructureMember>>? _members;

    private ValueStructure(StructureForm form, Func<IReadOnlyDictionary<string, StructureMember>>? members = null)
    {
        Form = form;
        if (members is not null)
            _members = new(members);
    }

    public static ValueStructure Scalar { get; } = new(StructureForm.Scalar);

    public static ValueStructure Text { get; } = new(StructureForm.Scalar) { Type = "string" };

    public static ValueStructure Numeric { get; } = new(StructureForm.Scalar) { Type = "numeric" };

    public static ValueStructure Flag { get; } = new(StructureForm.Scalar) { Type = "boolean" };

    /// <summary>Without a schema, or with preserved unknown fields.</summary>
    public static ValueStructure Anything { get; } = new(StructureForm.Anything);

    public StructureForm Form { get; }

    /// <summary>For scalars: <c>string</c>, <c>numeric</c> or <c>boolean</c>; empty for any.</summary>
    public string Type { get; private init; } = "";

    /// <summary>Owned as one value.</summary>
    public bool IsAtomic { get; private init; }

    /// <summary>For objects: named members.</summary>
    public IReadOnlyDictionary<string, StructureMember> Members => _members?.Value ?? NoMembers;

    /// <summary>The elements of a list, or the values of a map; null for none.</summary>
    public ValueStructure? Element { get; private init; }

    /// <summary>For granular lists: the sorted keys of elements; empty for sets.</summary>
    public string[] Keys { get; private init; } = [];

    /// <param name="members">Evaluated lazily, because types may be recursive.</param>
    /// <param name="element">Null where unnamed members are not allowed.</param>
    public static ValueStructure Object(
        Func<IReadOnlyDictionary<string, StructureMember>> members,
        bool isAtomic = false,
        ValueStructure? element = null
    ) => new(StructureForm.Object, members) { IsAtomic = isAtomic, Element = element };

    public static ValueStructure Map(ValueStructure element, bool isAtomic = false) =>
        new(StructureForm.Object) { IsAtomic = isAtomic, Element = element };

    /// <param name="keys">Null for an atomic list, empty for a set.</param>
    public static ValueStructure List(ValueStructure element, string[]? keys) =>
        new(StructureForm.List)
        {
            Element = element,
            Keys = [.. (keys ?? []).Order(StringComparer.Ordinal)],
            IsAtomic = keys is null,
        };

    /// <summary>The structure of a member; null where it is not allowed.</summary>
    public ValueStructure? Member(string name) =>
        Form == StructureForm.Anything ? Anything
        : Members.TryGetValue(name, out StructureMember? member) ? member.Value
        : Element;

    /// <summary>True for a named member, as opposed to a map's.</summary>
    public bool Names(string name) => Members.ContainsKey(name);
}
