using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeManager.Bench.Clients;

/// <summary>Plain requests to the API server over HTTP/2, without a client library: the floor, and what fills the cluster.</summary>
internal sealed partial class ApiClient(Uri server, HttpMessageHandler transport) : IDisposable
{
    private readonly HttpClient _http = new(transport)
    {
        BaseAddress = server,
        DefaultRequestVersion = new(2, 0),
        Timeout = TimeSpan.FromMinutes(5),
    };

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return JsonNode.Parse(await TextAsync(answer, cancellationToken))!;
    }

    /// <summary>Reads a page of 500 objects in Protocol Buffers, and drops it.</summary>
    /// <returns>The token of the next page; empty where there is none.</returns>
    public async Task<string> DropPageAsync(string path, string next, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{path}?limit=500&continue={next}", UriKind.Relative))
        {
            Version = new(2, 0),
        };
        request.Headers.Accept.Add(new("application/vnd.kubernetes.protobuf"));
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        // The token is among the first bytes, as JSON in base64.
        byte[] start = new byte[2048];
        int read = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        await body.CopyToAsync(Stream.Null, cancellationToken);
        return Token().Match(Encoding.Latin1.GetString(start, 0, read)).Value;
    }

    public Task PostAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, "application/json", cancellationToken);

    public Task PutAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, body, "application/json", cancellationToken);

    public Task MergeAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json", cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, path, null, "application/json", cancellationToken);

    /// <returns>False: the server does not know the path.</returns>
    public async Task<bool> IsServedAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    /// <returns>False: the server refused it for now (429).</returns>
    public async Task<bool> TryPostAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.PostAsync(
            new Uri(path, UriKind.Relative),
            Content(body, "application/json"),
            cancellationToken
        );
        if (answer.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
            return false;
        await TextAsync(answer, cancellationToken);
        return true;
    }

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(HttpMethod method, string path, JsonNode? body, string type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Version = new(2, 0),
            Content = body is null ? null : Content(body, type),
        };
        using HttpResponseMessage answer = await _http.SendAsync(request, cancellationToken);
        await TextAsync(answer, cancellationToken);
    }

    [GeneratedRegex("eyJ2[A-Za-z0-9_-]+")]
    private static partial Regex Token();

    private static StringContent Content(JsonNode body, string type) =>
        new(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(type));

    private static async Task<string> TextAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? text
            : throw new HttpRequestException(
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath}: {(int)answer.StatusCode} {text}"
            );
    }
}
