using System.Net;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Conformance.Harness;

internal static class Refusal
{
    /// <summary>Asserts that the server refuses, with this code and reason.</summary>
    public static async Task<KubernetesException> OfAsync(HttpStatusCode code, string reason, Func<Task> action)
    {
        KubernetesException e = await Assert.ThrowsAsync<KubernetesException>(action);
        Assert.Equal((code, reason), (e.Code, e.Reason));
        Assert.Equal((int)code, e.Status?.Code);
        return e;
    }
}
