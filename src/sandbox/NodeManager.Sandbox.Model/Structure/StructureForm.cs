namespace NodeManager.Sandbox.Model.Structure;

internal enum StructureForm
{
    Scalar,
    Object,
    List,

    /// <summary>Whatever stands there: objects by their members, lists and scalars each one value.</summary>
    Anything,
}
