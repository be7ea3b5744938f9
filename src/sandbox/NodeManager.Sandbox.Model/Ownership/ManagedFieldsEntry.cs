namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>What one manager owns of an object, by one way of writing it.</summary>
/// <param name="Manager">Its name.</param>
/// <param name="Operation"><see cref="Apply"/> or <see cref="Update"/>.</param>
/// <param name="ApiVersion">At which it wrote last.</param>
/// <param name="Subresource">Through which; empty for the object itself.</param>
/// <param name="Time">When it wrote last, as the API writes it; null where that is not known.</param>
/// <param name="Fields">What it owns.</param>
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

    /// <summary>One manager has one entry for each of these. Who applies is the same at every version.</summary>
    public (string, string, string, string) Identity => (Manager, Operation, IsApplied ? "" : ApiVersion, Subresource);
}
