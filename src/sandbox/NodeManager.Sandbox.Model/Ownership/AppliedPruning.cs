using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>Takes out of an object what its manager applied before and applies no more, unless another manager owns it too.</summary>
internal sealed class AppliedPruning(ValueStructure structure)
{
    /// <param name="merged">The object with what is applied now.</param>
    /// <param name="last">What the manager owned before.</param>
    /// <param name="owned">What each manager owns now, this one included.</param>
    public JsonObject Prune(JsonObject merged, FieldSet last, IEnumerable<FieldSet> owned)
    {
        FieldSet lastNamed = Named(last),
            all = Named(FieldsOf(merged));
        JsonObject pruned = StructuredMerge.Remove(structure, merged, lastNamed);

        // What was in a removed object or element and has another owner comes back.
        FieldSet held = Named(owned.Aggregate(FieldSet.Empty, static (left, right) => left.Union(right)));
        pruned = StructuredMerge.Remove(structure, merged, all.Difference(Named(FieldsOf(pruned))).Difference(held));

        // What the manager never owned was not its to remove.
        return StructuredMerge.Remove(structure, merged, all.Difference(Named(FieldsOf(pruned))).Intersection(lastNamed));
    }

    private FieldSet FieldsOf(JsonObject document) => AppliedFields.Of(structure, document, allowsDuplicates: true);

    // With every member that has a name of its own: without it, an object that only holds owned fields could not be removed with them.
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
