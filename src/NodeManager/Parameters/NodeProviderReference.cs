using NodeManager.Autoscaling.Resources;

namespace NodeManager.Parameters;

/// <summary>A provider of a cluster.</summary>
/// <param name="Session">Of the cluster.</param>
/// <param name="Namespace">That it is in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Empty: whichever has the name.</param>
internal sealed record NodeProviderReference(NodeManagerSession Session, string Namespace, string Name, string Uid)
{
    public const string DefaultNamespace = NodeSmithNames.DefaultNamespace;

    /// <summary>The provider that an object is or stands for; an empty name for none.</summary>
    public static (string Namespace, string Name, string Uid) Of(ClusterObject value) =>
        value switch
        {
            NodeProvider provider => (provider.Namespace, provider.Name, provider.Uid),
            NodeProviderCheck check => (check.Namespace, check.Provider, ""),
            Machine machine => (machine.ProviderNamespace, machine.Provider, ""),
            ObjectRow row => (row.Namespace.Length > 0 ? row.Namespace : DefaultNamespace, row.Name, ""),
            _ => ("", "", ""),
        };

    public override string ToString() => $"NodeSmithProvider {Namespace}/{Name} (cluster {Session.Cluster})";
}
