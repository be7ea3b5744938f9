namespace NodeManager.Sandbox.Model.Structure;

/// <summary>
/// How a value is divided into parts that managers can own one by one: what Kubernetes says with <c>x-kubernetes-list-type</c>,
/// <c>-list-map-keys</c> and <c>-map-type</c>. Built from <c>fields.txt</c> for the API's own kinds; a server of another kind (a custom
/// resource) builds it from that kind's schema.
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

    /// <summary>A scalar of any type.</summary>
    public static ValueStructure Scalar { get; } = new(StructureForm.Scalar);

    public static ValueStructure Text { get; } = new(StructureForm.Scalar) { Type = "string" };

    public static ValueStructure Number { get; } = new(StructureForm.Scalar) { Type = "numeric" };

    public static ValueStructure Flag { get; } = new(StructureForm.Scalar) { Type = "boolean" };

    /// <summary>Nothing is known of it: what has no schema, or preserves unknown fields.</summary>
    public static ValueStructure Anything { get; } = new(StructureForm.Anything);

    public StructureForm Form { get; }

    /// <summary>Of a scalar: <c>string</c>, <c>numeric</c> or <c>boolean</c>; empty for any of them.</summary>
    public string Type { get; private init; } = "";

    /// <summary>True where it is one value, whatever it holds.</summary>
    public bool IsAtomic { get; private init; }

    /// <summary>Of an object: the members that have names of their own.</summary>
    public IReadOnlyDictionary<string, StructureMember> Members => _members?.Value ?? NoMembers;

    /// <summary>Of a list its elements, of an object the members that have no name of their own (a map's); null if there are none.</summary>
    public ValueStructure? Element { get; private init; }

    /// <summary>Of a list that is no single value: the members that tell elements apart, in the order of their names; none where the values themselves do.</summary>
    public string[] Keys { get; private init; } = [];

    /// <param name="members">Read when first needed, so that types may hold themselves.</param>
    /// <param name="isAtomic">One value.</param>
    /// <param name="element">What other members may hold; null if there may be none.</param>
    public static ValueStructure Object(
        Func<IReadOnlyDictionary<string, StructureMember>> members,
        bool isAtomic = false,
        ValueStructure? element = null
    ) => new(StructureForm.Object, members) { IsAtomic = isAtomic, Element = element };

    public static ValueStructure Map(ValueStructure element, bool isAtomic = false) =>
        new(StructureForm.Object) { IsAtomic = isAtomic, Element = element };

    /// <param name="element">What it holds.</param>
    /// <param name="keys">Null for a list that is one value, none for a set of values.</param>
    public static ValueStructure List(ValueStructure element, string[]? keys) =>
        new(StructureForm.List)
        {
            Element = element,
            Keys = [.. (keys ?? []).Order(StringComparer.Ordinal)],
            IsAtomic = keys is null,
        };

    /// <summary>What a member holds; null where there can be no such.</summary>
    public ValueStructure? Member(string name) =>
        Form == StructureForm.Anything ? Anything
        : Members.TryGetValue(name, out StructureMember? member) ? member.Value
        : Element;

    /// <summary>True where a member has a name of its own, unlike a map's.</summary>
    public bool Names(string name) => Members.ContainsKey(name);
}
