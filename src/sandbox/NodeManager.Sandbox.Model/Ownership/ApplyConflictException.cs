namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>What is applied would change fields that others own.</summary>
internal sealed class ApplyConflictException(IReadOnlyList<(ManagedFieldsEntry Owner, string Path)> conflicts) : Exception("conflict")
{
    public IReadOnlyList<(ManagedFieldsEntry Owner, string Path)> Conflicts { get; } = conflicts;
}
