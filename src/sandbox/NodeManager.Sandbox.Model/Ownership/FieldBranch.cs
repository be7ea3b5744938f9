namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>One step in a set of fields.</summary>
/// <param name="Element">The step.</param>
/// <param name="IsMember">True where the field itself belongs to the set.</param>
/// <param name="Below">The fields of the set inside of it.</param>
internal readonly record struct FieldBranch(PathElement Element, bool IsMember, FieldSet Below);
