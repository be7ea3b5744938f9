using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Kubernetes;

/// <summary>
/// Talks to one API server. Thread-safe. Every refusal is a <see cref="KubernetesException"/>; what never reached a server is an
/// <see cref="HttpRequestException"/>.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly KubernetesClientOptions _options;

    /// <param name="server">Base address of the API server.</param>
    /// <param name="transport">What carries the requests; disposed with the client.</param>
    /// <param name="options">Clock, log and the like.</param>
    public KubernetesClient(Uri server, HttpMessageHandler transport, KubernetesClientOptions? options = null)
    {
        _options = options ?? new();
        Server = server;
        _http = new(_options.WrapTransport?.Invoke(transport) ?? transport)
        {
            BaseAddress = server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = System.Net.HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
    }

    /// <summary>A client for a cluster as configured: its TLS, its proxy and its credentials. Connects at the first request.</summary>
    public static KubernetesClient Create(ClusterConfiguration configuration, KubernetesClientOptions options) => throw new NotImplementedException();

    public Uri Server { get; }

    public TimeProvider Time => _options.Time;

    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "/version", null, KubernetesJson.Default.VersionInfo, RequestOptions.Default, cancellationToken);

    /// <summary>Which versions of evictions and budgets the server has. Asked once, then remembered.</summary>
    public Task<ServerCapabilities> GetCapabilitiesAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<T> GetAsync<T>(ResourceType<T> type, string name, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        SendAsync(HttpMethod.Get, type.Path(ns, name), null, type.Item, RequestOptions.Default, cancellationToken);

    /// <summary>All pages of a list, as one.</summary>
    public Task<KubernetesList<T>> ListAsync<T>(ResourceType<T> type, ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => throw new NotImplementedException();

    /// <summary>The same, page by page as they arrive.</summary>
    public IAsyncEnumerable<KubernetesList<T>> ListPagesAsync<T>(ResourceType<T> type, ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => throw new NotImplementedException();

    public Task<T> CreateAsync<T>(ResourceType<T> type, T item, string? ns, RequestOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => throw new NotImplementedException();

    public Task<T> PatchAsync<T>(
        ResourceType<T> type, string name, string? ns, Patch patch, string? subresource, RequestOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => throw new NotImplementedException();

    public Task DeleteAsync<T>(ResourceType<T> type, string name, string? ns, DeleteOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => throw new NotImplementedException();

    /// <summary>
    /// Asks for a pod's eviction, at the version that the server has, once: what the answers mean (429 most of all) is for the caller.
    /// </summary>
    public Task EvictAsync(string name, string ns, DeleteOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>May this user do that? (SelfSubjectAccessReview)</summary>
    public Task<SubjectAccessReviewStatus> ReviewAccessAsync(ResourceAttributes attributes, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// What exists (each as Added), then <see cref="WatchEventType.Synced"/>, then every change until cancelled. Survives resets, 410
    /// and the server's closing: an object told before is told again only when it changed, one that went meanwhile is told as Deleted.
    /// </summary>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => throw new NotImplementedException();

    /// <summary>Sends a request and reads the answer. For what the other members do not offer.</summary>
    public async Task<T> SendAsync<T>(
        HttpMethod method, string pathAndQuery, HttpContent? content, JsonTypeInfo<T> answer, RequestOptions options, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, pathAndQuery) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            Status? status = await JsonSerializer.DeserializeAsync(body, KubernetesJson.Default.Status, cancellationToken);
            throw new KubernetesException(response.StatusCode, status, method.Method, pathAndQuery);
        }

        return await JsonSerializer.DeserializeAsync(body, answer, cancellationToken) ?? throw new JsonException("The answer is empty.");
    }

    public void Dispose() => _http.Dispose();
}
