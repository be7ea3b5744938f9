using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The fields of an applied configuration, which its manager owns.</summary>
internal sealed class AppliedFields
{
    private readonly bool _ownsEmpty;
    private readonly bool _allowsDuplicates;

    private AppliedFields(bool ownsEmpty, bool allowsDuplicates)
    {
        _ownsEmpty = ownsEmpty;
        _allowsDuplicates = allowsDuplicates;
    }

    /// <param name="configuration">With kind and apiVersion.</param>
    /// <param name="ownsEmpty">An empty object is itself a field.</param>
    /// <param name="allowsDuplicates">List elements may have equal keys.</param>
    public static FieldSet Of(ValueStructure structure, JsonObject configuration, bool ownsEmpty = true, bool allowsDuplicates = false)
    {
        var fields = new FieldSetBuilder();
        new AppliedFields(ownsEmpty, allowsDuplicates).Walk(structure, configuration, fields, "");
        return fields.Build();
    }

    private void Walk(ValueStructure structure, JsonObject owner, FieldSetBuilder fields, string at)
    {
        foreach ((string name, JsonNode? value) in owner)
        {
            string path = $"{at}.{name}";
            ValueStructure inner = structure.Member(name) ?? throw new OwnershipException(path, "field not declared in schema");
            PathElement element = PathElement.Field(name);
            if (IsOne(inner, value, path))
                fields.Add(element);
            else if (value is JsonObject members)
                Walk(inner, members, fields.Below(element), path);
            else if (value is JsonArray list)
                WalkList(inner, list, fields.Below(element), path);
            if (value is null || (value is JsonObject { Count: 0 } && _ownsEmpty) || !structure.Names(name))
                fields.Add(element);
        }
    }

    private void WalkList(ValueStructure structure, JsonArray list, FieldSetBuilder fields, string at)
    {
        PathElement[] elements = Paths(structure, list, at);
        var seen = new HashSet<PathElement>();
        for (int i = 0; i < elements.Length; i++)
        {
            PathElement element = elements[i];
            if (!seen.Add(element) && !_allowsDuplicates)
                throw new OwnershipException(at, $"duplicate entries for key {element}");
            fields.Add(element);
            if (!IsOne(structure.Element!, list[i], at + element) && list[i] is JsonObject members)
                Walk(structure.Element!, members, fields.Below(element), at + element);
        }
    }

    private static PathElement[] Paths(ValueStructure structure, JsonArray list, string at)
    {
        try
        {
            return ListElements.PathsOf(structure, list);
        }
        catch (OwnershipException fault)
        {
            throw new OwnershipException(at, $"element {fault.Path.Trim('[', ']')}: {fault.Why}");
        }
    }

    // Whether the value is owned as a whole; validates its form.
    private static bool IsOne(ValueStructure structure, JsonNode? value, string at)
    {
        switch (structure.Form)
        {
            case StructureForm.Scalar when value is not null && GoValue.Mismatch(structure.Type, value) is { } fault:
                throw new OwnershipException(at, fault);
            case StructureForm.Object when value is not (null or JsonObject):
                throw new OwnershipException(at, "expected map, got " + GoValue.Of(value));
            case StructureForm.List when value is not (null or JsonArray):
                throw new OwnershipException(at, "expected list, got " + GoValue.Of(value));
            case StructureForm.Anything:
                return value is not JsonObject;
            default:
                return structure.IsAtomic || structure.Form == StructureForm.Scalar;
        }
    }
}
