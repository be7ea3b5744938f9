namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The fields of one manager and operation.</summary>
/// <param name="Operation"><see cref="Apply"/> or <see cref="Update"/>.</param>
/// <param name="ApiVersion">The API version of the last write.</param>
/// <param name="Subresource">The subresource that was written; empty for the object itself.</param>
/// <param name="Time">The time of the last write; null where unknown.</param>
internal sealed record ManagedFieldsEntry(
    string Manager,
    string Operation,
    string ApiVersion,
    string Subresource,
    string? Time,
    FieldSet Fields
)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public bool IsApplied => Operation == Apply;

    /// <summary>A manager has one entry per identity. Applies have the same identity at every version.</summary>
    public (string, string, string, string) Identity => (Manager, Operation, IsApplied ? "" : ApiVersion, Subresource);
}
