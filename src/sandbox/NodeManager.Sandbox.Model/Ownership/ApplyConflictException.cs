namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The configuration would change fields of other managers.</summary>
internal sealed class ApplyConflictException(IReadOnlyList<(ManagedFieldsEntry Owner, string Path)> conflicts) : Exception("conflict")
{
    public IReadOnlyList<(ManagedFieldsEntry Owner, string Path)> Conflicts { get; } = conflicts;
}
