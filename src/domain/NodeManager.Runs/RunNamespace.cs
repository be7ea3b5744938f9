using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Runs;

/// <summary>The namespace that runs are kept in: made where it is missing.</summary>
public static class RunNamespace
{
    /// <param name="scope">Of the run.</param>
    /// <param name="write">The first thing that is written into it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NodeManagerException"><see cref="RunErrors.NoNamespace"/>: it is missing and may not be made.</exception>
    public static async Task EnsureAsync(RunScope scope, Func<Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await write();
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound && refused.Status?.Details?.Kind == "namespaces")
        {
            try
            {
                Namespace made = new()
                {
                    ApiVersion = "v1",
                    Kind = "Namespace",
                    Metadata = new() { Name = scope.Namespace },
                };
                await scope.Client.CreateAsync(Resources.Namespaces, made, null, RequestOptions.Default, cancellationToken);
            }
            catch (KubernetesException answer) when (answer.Code == HttpStatusCode.Conflict)
            {
                // Another client made it at the same time.
            }
            catch (KubernetesException answer) when (answer.Code == HttpStatusCode.Forbidden)
            {
                throw scope.Errors.NoNamespace(scope.Namespace, scope.Session.Cluster);
            }

            await write();
        }
    }
}
