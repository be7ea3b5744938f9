using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>All fields of an added or removed value.</summary>
internal static class WholeFields
{
    public static FieldSet Of(ValueStructure structure, JsonNode? value)
    {
        if (structure.IsAtomic)
            return FieldSet.Empty;
        return value switch
        {
            JsonObject { Count: > 0 } owner when structure.Form is StructureForm.Object or StructureForm.Anything => OfMembers(
                structure,
                owner
            ),
            JsonArray { Count: > 0 } list when structure.Form == StructureForm.List => OfElements(structure, list),
            _ => FieldSet.Empty,
        };
    }

    private static FieldSet OfMembers(ValueStructure structure, JsonObject owner)
    {
        var branches = new List<FieldBranch>(owner.Count);
        foreach ((string name, JsonNode? value) in owner)
        {
            if (value is null && structure.Members.TryGetValue(name, out StructureMember? known) && known.IsNullNothing)
                continue;
            branches.Add(new(PathElement.Field(name), true, Of(structure.Member(name) ?? ValueStructure.Anything, value)));
        }

        // Fields that the server always writes belong to a new object, although its document lacks them.
        foreach ((string name, StructureMember member) in structure.Members)
            if (member.IsAlways && !owner.ContainsKey(name))
                branches.Add(new(PathElement.Field(name), true, FieldSet.Empty));
        return FieldSet.Of(branches);
    }

    private static FieldSet OfElements(ValueStructure structure, JsonArray list)
    {
        PathElement[] paths = ListElements.PathsOf(structure, list);
        var branches = new List<FieldBranch>(paths.Length);
        var positions = new Dictionary<PathElement, int>(paths.Length);
        for (int i = 0; i < paths.Length; i++)
        {
            // Elements with equal keys count as one value.
            if (positions.TryAdd(paths[i], branches.Count))
                branches.Add(new(paths[i], true, Of(structure.Element!, list[i])));
            else
                branches[positions[paths[i]]] = new(paths[i], true, FieldSet.Empty);
        }

        return FieldSet.Of(branches);
    }
}
