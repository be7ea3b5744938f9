namespace NodeManager.Sandbox.Model.Structure;

internal enum StructureForm
{
    Scalar,
    Object,
    List,

    /// <summary>Unknown structure: objects by member, lists and scalars as one value each.</summary>
    Anything,
}
