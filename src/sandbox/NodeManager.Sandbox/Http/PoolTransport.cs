using System.Net;
using System.Net.Http.Headers;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Pools;

namespace NodeManager.Sandbox.Http;

/// <summary>Sends requests to the pool service in process.</summary>
internal sealed class PoolTransport(PoolApi api, Func<string, bool> isKnownToken, TimeProvider time, CancellationToken clusterStopped)
    : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (clusterStopped.IsCancellationRequested)
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The embedded cluster has been stopped.");
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        string user = request.Headers.TryGetValues("X-User-Email", out IEnumerable<string>? users) ? string.Join(",", users) : "";
        bool isAuthenticated =
            request.Headers.Authorization is { } credentials
            && AuthorizationHeader.BearerTokenOf(credentials.ToString()) is { } token
            && isKnownToken(token);
        Uri uri = request.RequestUri!;
        ApiResponse answer = PoolApi.Serves(uri.AbsolutePath)
            ? api.Answer(new(request.Method.Method, uri.AbsolutePath, new(uri.Query), user, isAuthenticated, body))
            : ApiResponse.Text("404 page not found\n", 404);
        var content = new ByteArrayContent([.. answer.Segments.SelectMany(static segment => segment.ToArray())]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(answer.ContentType);
        var response = new HttpResponseMessage((HttpStatusCode)answer.StatusCode) { Content = content, RequestMessage = request };
        response.Headers.Date = time.GetUtcNow();
        return response;
    }
}
