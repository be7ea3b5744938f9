using System.Net;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Failures of commands on the autoscaler's resources.</summary>
public static class NodeSmithErrors
{
    /// <summary>True if the server does not serve the kind: its CRD is missing.</summary>
    public static bool IsNotServed(KubernetesException e) =>
        e.Code == HttpStatusCode.NotFound && string.IsNullOrEmpty(e.Status?.Details?.Name);

    public static NodeManagerException NotInstalled(string cluster, Exception? cause = null) =>
        new(
            ErrorIds.AutoscalerNotInstalled,
            ErrorKind.ResourceUnavailable,
            $"Cluster '{cluster}' does not serve the autoscaler's resources.",
            cluster,
            "Install them with Install-NodeAutoscaler.",
            cause
        );

    /// <summary>Awaits a request for the autoscaler's resources.</summary>
    /// <exception cref="NodeManagerException">AutoscalerNotInstalled: the server does not know them.</exception>
    public static async Task<T> InstalledAsync<T>(string cluster, Task<T> answer)
    {
        try
        {
            return await answer;
        }
        catch (KubernetesException refused) when (IsNotServed(refused))
        {
            throw NotInstalled(cluster, refused);
        }
    }

    internal static NodeManagerException ProviderNotFound(string ns, string name, string cluster, Exception? cause = null) =>
        new(
            ErrorIds.NodeProviderNotFound,
            ErrorKind.ObjectNotFound,
            $"NodeSmithProvider {ns}/{name} does not exist in cluster '{cluster}'.",
            name,
            "Get-NodeProvider lists the providers; -Namespace selects another namespace.",
            cause
        );

    internal static NodeManagerException NamespaceNotFound(string ns, string cluster, Exception? cause = null) =>
        new(
            ErrorIds.NotFound,
            ErrorKind.ObjectNotFound,
            $"Namespace '{ns}' does not exist in cluster '{cluster}'.",
            ns,
            "Create it: Install-NodeAutoscaler creates the namespace that it installs into.",
            cause
        );

    internal static NodeManagerException Unusable(MachineProviderAccess access, string name) =>
        access.Reason == NodeProviderReason.ProviderNotFound
            ? new(
                ErrorIds.NodeProviderNotFound,
                ErrorKind.ObjectNotFound,
                access.Message,
                name,
                "Get-NodeProvider lists the providers; -Namespace selects another namespace."
            )
            : new(
                ErrorIds.NodeProviderUnusable,
                access.Reason == NodeProviderReason.Forbidden ? ErrorKind.PermissionDenied : ErrorKind.InvalidData,
                access.Message,
                name,
                $"Fix it with Set-NodeProvider, then check it with Test-NodeProvider {name}."
            );
}
