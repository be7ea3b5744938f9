using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>Removes fields that a manager applied before but no longer applies, unless another manager owns them.</summary>
internal sealed class AppliedPruning(ValueStructure structure)
{
    /// <param name="merged">The object with the new configuration.</param>
    /// <param name="last">The manager's former fields.</param>
    /// <param name="owned">The fields of all managers, including this one.</param>
    public JsonObject Prune(JsonObject merged, FieldSet last, IEnumerable<FieldSet> owned)
    {
        FieldSet lastNamed = Named(last),
            all = Named(FieldsOf(merged));
        JsonObject pruned = StructuredMerge.Remove(structure, merged, lastNamed);

        // Restores parts of removed objects or elements that another manager owns.
        FieldSet held = Named(owned.Aggregate(FieldSet.Empty, static (left, right) => left.Union(right)));
        pruned = StructuredMerge.Remove(structure, merged, all.Difference(Named(FieldsOf(pruned))).Difference(held));

        // The manager may only remove fields that it owned.
        return StructuredMerge.Remove(structure, merged, all.Difference(Named(FieldsOf(pruned))).Intersection(lastNamed));
    }

    private FieldSet FieldsOf(JsonObject document) => AppliedFields.Of(structure, document, allowsDuplicates: true);

    // Includes named members, so that an object that only holds owned fields is removed with them.
    private FieldSet Named(FieldSet fields) => Named(fields, structure);

    private static FieldSet Named(FieldSet fields, ValueStructure structure)
    {
        var branches = new List<FieldBranch>(fields.Branches.Length);
        foreach (FieldBranch branch in fields.Branches)
        {
            bool isNamed =
                branch.Element.IsField
                && !branch.Below.IsEmpty
                && structure.Form == StructureForm.Object
                && structure.Names(branch.Element.Text);
            ValueStructure inner =
                (branch.Element.IsField ? structure.Member(branch.Element.Text) : structure.Element) ?? ValueStructure.Anything;
            branches.Add(new(branch.Element, branch.IsMember || isNamed, Named(branch.Below, inner)));
        }

        return FieldSet.Of(branches);
    }
}
