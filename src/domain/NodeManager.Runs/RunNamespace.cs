using System.Net;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Runs;

/// <summary>Creates the namespace of runs if it is missing.</summary>
public static class RunNamespace
{
    /// <param name="write">The first write into the namespace.</param>
    /// <exception cref="NodeManagerException"><see cref="RunErrors.NoNamespace"/>: it is missing and cannot be created.</exception>
    public static Task EnsureAsync(RunScope scope, Func<Task> write, CancellationToken cancellationToken) =>
        EnsureAsync(
            scope.Client,
            scope.Namespace,
            () => scope.Errors.NoNamespace(scope.Namespace, scope.Session.Cluster),
            write,
            cancellationToken
        );

    /// <param name="missing">The error if the namespace is missing and cannot be created.</param>
    /// <param name="write">The first write into the namespace.</param>
    public static async Task EnsureAsync(
        KubernetesClient client,
        string ns,
        Func<NodeManagerException> missing,
        Func<Task> write,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await write();
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound && refused.Status?.Details?.Kind == "namespaces")
        {
            try
            {
                Namespace created = new()
                {
                    ApiVersion = "v1",
                    Kind = "Namespace",
                    Metadata = new() { Name = ns },
                };
                await client.CreateAsync(Resources.Namespaces, created, null, RequestOptions.Default, cancellationToken);
            }
            catch (KubernetesException answer) when (answer.Code == HttpStatusCode.Conflict)
            {
                // Another client created it concurrently.
            }
            catch (KubernetesException answer) when (answer.Code == HttpStatusCode.Forbidden)
            {
                throw missing();
            }

            await write();
        }
    }
}
