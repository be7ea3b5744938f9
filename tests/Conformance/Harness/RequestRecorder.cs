using System.Collections.Concurrent;
using System.Net;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Harness;

/// <summary>Keeps what was asked of the server, in the words of RBAC, and whether it was forbidden.</summary>
internal sealed class RequestRecorder(HttpMessageHandler inner, ConcurrentQueue<(RequestInfo Request, bool IsForbidden)> requests)
    : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        bool isWatch = request.RequestUri!.Query.Contains("watch=", StringComparison.Ordinal);
        requests.Enqueue(
            (
                RequestInfo.Parse(request.Method.Method, request.RequestUri.AbsolutePath, isWatch),
                answer.StatusCode == HttpStatusCode.Forbidden
            )
        );
        return answer;
    }
}
