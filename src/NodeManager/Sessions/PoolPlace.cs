using NodeManager.Autoscaling.Resources;

namespace NodeManager.Sessions;

/// <summary>Where pools are kept.</summary>
/// <param name="Provider">A <see cref="NodePoolProvider"/>; empty for the pool service where the session has one, else the cluster.</param>
/// <param name="Namespace">Of the autoscaler's resources, for pools of the cluster.</param>
internal readonly record struct PoolPlace(string Provider, string Namespace)
{
    /// <summary>Where the autoscaler's resources are unless said otherwise.</summary>
    public static PoolPlace Default { get; } = new("", NodeSmithNames.DefaultNamespace);
}
