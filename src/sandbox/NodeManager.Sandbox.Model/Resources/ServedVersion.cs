namespace NodeManager.Sandbox.Model.Resources;

/// <summary>A version at which a kind is served, and by which Kubernetes (1.<see cref="From"/> to 1.<see cref="Until"/>, both included).</summary>
/// <param name="Name">Such as <c>v1beta1</c>.</param>
/// <param name="From">The first minor version that serves it.</param>
/// <param name="Until">The last one.</param>
/// <param name="DeprecatedFrom">The minor version from which clients are warned of it; null for never.</param>
/// <param name="Replacement">What the warning recommends, as <c>group/version</c>.</param>
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
