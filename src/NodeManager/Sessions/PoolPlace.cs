using NodeManager.Autoscaling.Resources;

namespace NodeManager.Sessions;

/// <summary>Where a cmdlet finds pools.</summary>
/// <param name="Provider">A <see cref="NodePoolProvider"/>; empty for the session's pool service, else the cluster.</param>
/// <param name="Namespace">Of the autoscaler's resources, for pools of the cluster.</param>
internal readonly record struct PoolPlace(string Provider, string Namespace)
{
    public static PoolPlace Default { get; } = new("", NodeSmithNames.DefaultNamespace);
}
