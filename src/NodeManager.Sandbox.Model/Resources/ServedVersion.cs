namespace NodeManager.Sandbox.Model.Resources;

/// <summary>A version at which a kind is served, and by which Kubernetes (1.<see cref="From"/> to 1.<see cref="Until"/>, both included).</summary>
internal readonly record struct ServedVersion(string Name, int From = 0, int Until = int.MaxValue)
{
    public bool IsServedBy(int minor) => minor >= From && minor <= Until;
}
