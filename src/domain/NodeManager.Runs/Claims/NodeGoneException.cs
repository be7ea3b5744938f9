using System.Net;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Runs.Claims;

/// <summary>The run's node was deleted, even if another one has its name.</summary>
public sealed class NodeGoneException(string name, Exception? cause = null) : Exception($"Node '{name}' no longer exists.", cause)
{
    public static async Task<T> GuardAsync<T>(string name, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            throw new NodeGoneException(name, refused);
        }
    }
}
