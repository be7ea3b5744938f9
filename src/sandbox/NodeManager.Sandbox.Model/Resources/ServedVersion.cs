namespace NodeManager.Sandbox.Model.Resources;

/// <summary>A served version of a kind, from minor version <see cref="From"/> to <see cref="Until"/> inclusive.</summary>
/// <param name="Name">For example <c>v1beta1</c>.</param>
/// <param name="DeprecatedFrom">The minor version from which clients are warned; null for never.</param>
/// <param name="Replacement">The recommended <c>group/version</c>.</param>
internal readonly record struct ServedVersion(
    string Name,
    int From = 0,
    int Until = int.MaxValue,
    int? DeprecatedFrom = null,
    string Replacement = ""
)
{
    public bool IsServedBy(int minor) => minor >= From && minor <= Until;
}
