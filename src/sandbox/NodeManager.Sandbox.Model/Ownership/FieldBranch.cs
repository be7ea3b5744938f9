namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>A branch of a set of fields.</summary>
/// <param name="IsMember">The field itself belongs to the set.</param>
/// <param name="Below">The fields within it.</param>
internal readonly record struct FieldBranch(PathElement Element, bool IsMember, FieldSet Below);
