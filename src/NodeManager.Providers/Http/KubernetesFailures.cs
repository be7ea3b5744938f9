using System.Net;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Providers.Http;

/// <summary>Failures of an API server as those of a provider whose machines are objects of it.</summary>
internal static class KubernetesFailures
{
    public static async Task<T> TranslateAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (Translate(e, default) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Null for an exception that is not of the server, and after a cancellation.</summary>
    public static ProviderException? Translate(Exception e, CancellationToken cancellationToken) =>
        e switch
        {
            OperationCanceledException when cancellationToken.IsCancellationRequested => null,
            KubernetesException { Code: HttpStatusCode.Forbidden } => new(MachineOutcome.Forbidden, e.Message, e),
            KubernetesException { Code: HttpStatusCode.Unauthorized } => new(MachineOutcome.Unauthorized, e.Message, e),
            KubernetesException { Code: HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest } => new(
                MachineOutcome.Invalid,
                e.Message,
                e
            ),
            KubernetesException or NodeManagerException or HttpRequestException or IOException => new(
                MachineOutcome.Unavailable,
                e.Message,
                e
            ),
            _ => null,
        };
}
