using System.Text.Json;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The fields that a write changes: added, modified and removed ones.</summary>
internal sealed class Comparison
{
    private readonly FieldSetBuilder _changed = new();
    private readonly FieldSetBuilder _removed = new();
    private readonly List<Step> _path = [];

    private Comparison() { }

    public FieldSet Changed { get; private set; } = FieldSet.Empty;

    public FieldSet Removed { get; private set; } = FieldSet.Empty;

    public bool IsSame => Changed.IsEmpty && Removed.IsEmpty;

    /// <param name="before">Empty for a new object.</param>
    public static Comparison Of(ValueStructure structure, JsonObject before, JsonObject after)
    {
        var comparison = new Comparison();
        comparison.Walk(structure, new(true, before), new(true, after));
        comparison.Changed = comparison._changed.Build();
        comparison.Removed = comparison._removed.Build();
        return comparison;
    }

    private void Walk(ValueStructure structure, Side before, Side after)
    {
        if (!before.Exists || !after.Exists)
        {
            // A field that is added or removed is itself changed, in addition to its content.
            if (before.Exists != after.Exists)
                Add(after.Exists ? _changed : _removed, WholeFields.Of(structure, after.Exists ? after.Value : before.Value));
            return;
        }

        if (ReferenceEquals(before.Value, after.Value))
            return;
        if (!structure.IsAtomic)
        {
            if (
                (before.Value is JsonObject || after.Value is JsonObject)
                && !(before.IsBare && after.IsBare)
                && structure.Form is StructureForm.Object or StructureForm.Anything
            )
            {
                WalkMembers(structure, before, after);
                return;
            }

            if (
                (before.Value is JsonArray || after.Value is JsonArray)
                && !(before.IsBare && after.IsBare)
                && structure.Form == StructureForm.List
            )
            {
                if (before.Value is not null && after.Value is not null && JsonNode.DeepEquals(before.Value, after.Value))
                    return;
                WalkElements(structure, before, after);
                return;
            }
        }

        if (!(before.IsZero && after.IsZero) && !JsonNode.DeepEquals(before.Value, after.Value))
            Add(_changed, FieldSet.Empty);
    }

    private void WalkMembers(ValueStructure structure, Side before, Side after)
    {
        var old = before.Value as JsonObject;
        var now = after.Value as JsonObject;
        foreach ((string name, JsonNode? value) in old ?? [])
            WalkMember(
                structure,
                name,
                Held(structure, name, value),
                now is not null && now.TryGetPropertyValue(name, out JsonNode? other)
                    ? Held(structure, name, other)
                    : Missing(structure, name, after)
            );
        foreach ((string name, JsonNode? value) in now ?? [])
            if (old is null || !old.ContainsKey(name))
                WalkMember(structure, name, Missing(structure, name, before), Held(structure, name, value));
    }

    private static Side Held(ValueStructure structure, string name, JsonNode? value) =>
        new(value is not null || !structure.Members.TryGetValue(name, out StructureMember? member) || !member.IsNullNothing, value);

    private static Side Missing(ValueStructure structure, string name, Side owner) =>
        new(owner.Exists && structure.Members.TryGetValue(name, out StructureMember? member) && member.IsAlways, null, isUnset: true);

    private void WalkMember(ValueStructure structure, string name, Side before, Side after)
    {
        _path.Add(new(name, null));
        Walk(structure.Member(name) ?? ValueStructure.Anything, before, after);
        _path.RemoveAt(_path.Count - 1);
    }

    private void WalkElements(ValueStructure structure, Side before, Side after)
    {
        OrderedDictionary<PathElement, Side> old = Elements(structure, before),
            now = Elements(structure, after);
        foreach ((PathElement path, Side value) in old)
            WalkElement(structure, path, value, now.GetValueOrDefault(path));
        foreach ((PathElement path, Side value) in now)
            if (!old.ContainsKey(path))
                WalkElement(structure, path, default, value);
    }

    private void WalkElement(ValueStructure structure, PathElement path, Side before, Side after)
    {
        _path.Add(new(null, path));
        bool isRepeated = before.Value is JsonArray || after.Value is JsonArray;
        Walk(isRepeated ? ValueStructure.Scalar : structure.Element!, before, after);
        _path.RemoveAt(_path.Count - 1);
    }

    // Elements with equal keys count as one value.
    private static OrderedDictionary<PathElement, Side> Elements(ValueStructure structure, Side side)
    {
        if (side.Value is not JsonArray list)
            return [];
        PathElement[] paths = ListElements.PathsOf(structure, list);
        var elements = new OrderedDictionary<PathElement, Side>(paths.Length);
        for (int i = 0; i < paths.Length; i++)
        {
            if (elements.TryAdd(paths[i], new(true, list[i])))
                continue;
            Side earlier = elements[paths[i]];
            if (earlier.Value is not JsonArray same)
                elements[paths[i]] = new(true, same = [earlier.Value?.DeepClone()]);
            same.Add(list[i]?.DeepClone());
        }

        return elements;
    }

    private void Add(FieldSetBuilder into, FieldSet whole)
    {
        for (int i = 0; i < _path.Count - 1; i++)
            into = into.Below(_path[i].Path);
        into.Add(_path[^1].Path, whole);
    }

    // Path elements are created only for differences.
    private readonly record struct Step(string? Name, PathElement? Element)
    {
        public PathElement Path => Element ?? PathElement.Field(Name!);
    }

    private readonly struct Side(bool exists, JsonNode? value, bool isUnset = false)
    {
        public bool Exists { get; } = exists;

        public JsonNode? Value { get; } = value;

        /// <summary>True for null, and for an empty object or list.</summary>
        public bool IsBare => Value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };

        /// <summary>True for the server's value of an unset field, and for equivalent values.</summary>
        public bool IsZero =>
            isUnset
            || IsBare
            || (
                Value is JsonValue
                && Value.GetValueKind() switch
                {
                    JsonValueKind.False => true,
                    JsonValueKind.String => ((string)Value!).Length == 0,
                    JsonValueKind.Number => Value.ToJsonString() == "0",
                    _ => false,
                }
            );
    }
}
