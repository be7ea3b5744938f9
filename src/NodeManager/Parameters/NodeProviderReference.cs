using NodeManager.Autoscaling.Resources;

namespace NodeManager.Parameters;

/// <param name="Uid">Empty: any UID.</param>
internal sealed record NodeProviderReference(NodeManagerSession Session, string Namespace, string Name, string Uid)
{
    public const string DefaultNamespace = NodeSmithNames.DefaultNamespace;

    /// <summary>The provider of an object; an empty name for none.</summary>
    public static (string Namespace, string Name, string Uid) Of(ClusterObject value) =>
        value switch
        {
            NodeProvider provider => (provider.Namespace, provider.Name, provider.Uid),
            NodeProviderCheck check => (check.Namespace, check.Provider, ""),
            Machine machine => (machine.ProviderNamespace, machine.Provider, ""),
            ObjectRow row => (row.Namespace.Length > 0 ? row.Namespace : DefaultNamespace, row.Name, ""),
            _ => ("", "", ""),
        };

    /// <summary>The error for an object without a provider.</summary>
    public static NodeManagerException Missing(ClusterObject value) =>
        new(
            ErrorIds.NodeProviderNotFound,
            ErrorKind.InvalidArgument,
            $"'{value}' does not identify a provider.",
            value,
            "Pipe objects of Get-NodeProvider, or pass names."
        );

    public override string ToString() => $"NodeSmithProvider {Namespace}/{Name} (cluster {Session.Cluster})";
}
