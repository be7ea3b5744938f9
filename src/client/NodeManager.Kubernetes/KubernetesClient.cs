using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Authentication;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Kubernetes;

/// <summary>
/// A client of one API server. Thread-safe. A refusal is a <see cref="KubernetesException"/>; a request without a valid response of an API
/// server is a <see cref="NodeManagerException"/> (ServerUnreachable, CertificateUntrusted, UnexpectedAnswer, …).
/// </summary>
public sealed partial class KubernetesClient : IDisposable
{
    private readonly KubernetesClientOptions _options;
    private readonly HttpMessageHandler _transport;
    private readonly RequestSender _sender;
    private readonly ListReader _lists;
    private readonly Lock _lock = new();
    private readonly ClusterConfiguration? _configuration;
    private readonly CredentialSource? _credentials;
    private Task<ServerCapabilities>? _capabilities;

    /// <param name="transport">Disposed with the client.</param>
    public KubernetesClient(Uri server, HttpMessageHandler transport, KubernetesClientOptions? options = null)
        : this(server, transport, handler => handler, options ?? new()) { }

    private KubernetesClient(
        Uri server,
        HttpMessageHandler transport,
        Func<HttpMessageHandler, HttpMessageHandler> authenticate,
        KubernetesClientOptions options
    )
    {
        _options = options;
        Server = server;
        _transport = authenticate(options.WrapTransport?.Invoke(transport) ?? transport);
        _sender = new(server, _transport, options.Time, options.Logger);
        _lists = new(_sender);
    }

    private KubernetesClient(ClusterConfiguration configuration, CredentialSource credentials, KubernetesClientOptions options)
        : this(
            configuration.Server,
            TransportFactory.Create(configuration),
            inner => new CredentialHandler(configuration, credentials, options.Time, inner),
            options
        )
    {
        _configuration = configuration;
        _credentials = credentials;
    }

    /// <summary>Creates a client with the TLS, proxy and credentials of a configuration. Connects on the first request.</summary>
    public static KubernetesClient Create(ClusterConfiguration configuration, KubernetesClientOptions options) =>
        new(configuration, CredentialSource.Create(configuration.User, options), options);

    /// <summary>A client that impersonates a user over the same connections. Valid until this one is disposed.</summary>
    /// <param name="groups">None: the server decides.</param>
    /// <exception cref="NodeManagerException">CredentialUnsupported: a name contains a control character.</exception>
    public KubernetesClient ActAs(string user, IReadOnlyList<string> groups) =>
        new(
            Server,
            new ImpersonationHandler(_transport, ImpersonationReader.CheckRequested(new(user) { Groups = groups })),
            _options with
            {
                WrapTransport = null,
            }
        );

    /// <summary>
    /// A client of the same server with the token of another user alone. Its connections are its own: a client certificate of this one would
    /// count before the token.
    /// </summary>
    public KubernetesClient WithToken(string token)
    {
        KubernetesClientOptions options = _options with { WrapTransport = null };
        return _configuration is { } configuration
            ? Create(
                configuration with
                {
                    User = new() { Token = token },
                    UserName = "",
                },
                options
            )
            : new(Server, new TokenHandler(_transport, token), options);
    }

    public Uri Server { get; }

    public TimeProvider Time => _options.Time;

    /// <summary>The server's time from its last response, to the second; local time before the first one.</summary>
    public DateTimeOffset ServerTime => Time.GetUtcNow() + _sender.ClockOffset;

    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "/version", null, KubernetesJson.Default.VersionInfo, RequestOptions.Default, cancellationToken);

    /// <summary>The versions of evictions and PDBs on the server. Cached.</summary>
    public Task<ServerCapabilities> GetCapabilitiesAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // One request for all callers; cancelling one does not cancel the others.
            if (_capabilities is null or { IsFaulted: true } or { IsCanceled: true })
                _capabilities = CapabilityReader.ReadAsync(this, CancellationToken.None);
            return _capabilities.WaitAsync(cancellationToken);
        }
    }

    public Task<T> GetAsync<T>(ResourceType<T> type, string name, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        _sender.SendAsync(
            new(HttpMethod.Get, type.Path(ns, name), RetryMode.Always) { Accept = type.AcceptItem },
            Reading(type.Item),
            cancellationToken
        );

    /// <summary>Null if it does not exist.</summary>
    public async Task<T?> FindAsync<T>(ResourceType<T> type, string name, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return await GetAsync(type, name, ns, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>All pages of a list at one resourceVersion. Items have no apiVersion and kind.</summary>
    public Task<KubernetesList<T>> ListAsync<T>(ResourceType<T> type, ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => _lists.ReadAllAsync(type, options, cancellationToken);

    /// <summary>Pages as they arrive. Later pages may be newer, if the first one's resourceVersion expired.</summary>
    public IAsyncEnumerable<KubernetesList<T>> ListPagesAsync<T>(
        ResourceType<T> type,
        ListOptions options,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject => _lists.ReadPagesAsync(type, options, cancellationToken);

    /// <inheritdoc cref="ListReader.ReadPagesAsync{T, TItem}"/>
    public IAsyncEnumerable<KubernetesList<TItem>> ListPagesAsync<T, TItem>(
        ResourceType<T> type,
        ListOptions options,
        Func<T, TItem> map,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject => _lists.ReadPagesAsync(type, options, map, cancellationToken);

    public Task<T> CreateAsync<T>(ResourceType<T> type, T item, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject => CreateAsync(type, item, ns, RequestOptions.Default, cancellationToken);

    public Task<T> CreateAsync<T>(ResourceType<T> type, T item, string? ns, RequestOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => PostAsync(type, JsonSerializer.SerializeToUtf8Bytes(item, type.Item), ns, options, cancellationToken);

    /// <summary>Creates an object from a manifest, which may have fields that the model lacks.</summary>
    public Task<T> CreateManifestAsync<T>(ResourceType<T> type, JsonObject manifest, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        PostAsync(type, Encoding.UTF8.GetBytes(manifest.ToJsonString()), ns, RequestOptions.Default, cancellationToken);

    private Task<T> PostAsync<T>(ResourceType<T> type, byte[] body, string? ns, RequestOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        _sender.SendAsync(
            new(HttpMethod.Post, Changing(type.Path(ns), options), options.Retry ? RetryMode.WhenRefused : RetryMode.Never) { Body = body },
            Reading(type.Item),
            cancellationToken
        );

    public Task<T> PatchAsync<T>(ResourceType<T> type, string name, string? ns, Patch patch, CancellationToken cancellationToken)
        where T : KubernetesObject => PatchAsync(type, name, ns, patch, null, RequestOptions.Default, cancellationToken);

    public Task<T> PatchAsync<T>(
        ResourceType<T> type,
        string name,
        string? ns,
        Patch patch,
        string? subresource,
        RequestOptions options,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject =>
        _sender.SendAsync(
            new(HttpMethod.Patch, Changing(type.Path(ns, name, subresource), options), options.Retry ? RetryMode.Always : RetryMode.Never)
            {
                Body = patch.ToUtf8Bytes(),
                ContentType = patch.ContentType,
            },
            Reading(type.Item),
            cancellationToken
        );

    public Task DeleteAsync<T>(ResourceType<T> type, string name, string? ns, DeleteOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        _sender.SendAsync(
            new(HttpMethod.Delete, type.Path(ns, name), RetryMode.WhenRefused)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(options, KubernetesJson.Default.DeleteOptions),
            },
            Ignoring,
            cancellationToken
        );

    /// <summary>Deletes an object. One that is gone is not an error.</summary>
    /// <returns>False if it was gone.</returns>
    public async Task<bool> RemoveAsync<T>(
        ResourceType<T> type,
        string name,
        string? ns,
        DeleteOptions options,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject
    {
        try
        {
            await DeleteAsync(type, name, ns, options, cancellationToken);
            return true;
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Deletes this object. One that is gone, or was replaced under its name, is not an error.</summary>
    /// <returns>False if it was gone or replaced.</returns>
    public async Task<bool> RemoveAsync<T>(ResourceType<T> type, T item, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            DeleteOptions options = new() { Preconditions = new() { Uid = item.Metadata.Uid } };
            return await RemoveAsync(type, item.Metadata.Name, item.Metadata.Namespace, options, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    /// <summary>Requests a pod's eviction once, at the server's API version. The caller handles the responses, above all 429.</summary>
    public async Task EvictAsync(string name, string ns, DeleteOptions options, CancellationToken cancellationToken)
    {
        ServerCapabilities capabilities = await GetCapabilitiesAsync(cancellationToken);
        var eviction = new Eviction
        {
            ApiVersion = "policy/" + capabilities.EvictionVersion,
            Kind = "Eviction",
            Metadata = new() { Name = name, Namespace = ns },
            DeleteOptions = options,
        };
        await _sender.SendAsync(
            new(HttpMethod.Post, Resources.Pods.Path(ns, name, "eviction"), RetryMode.Never)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(eviction, KubernetesJson.Default.Eviction),
            },
            Ignoring,
            cancellationToken
        );
    }

    /// <summary>GETs from a pod through the API server (pods/proxy), which does not forward our credentials.</summary>
    /// <param name="scheme"><c>http</c> or <c>https</c>; the certificate is not verified.</param>
    /// <param name="path">Without a leading slash.</param>
    public Task<string> GetThroughPodAsync(
        string name,
        string ns,
        string scheme,
        int port,
        string path,
        CancellationToken cancellationToken
    ) =>
        _sender.SendAsync(
            new(HttpMethod.Get, $"{Resources.Pods.Path(ns, $"{scheme}:{name}:{port}", "proxy")}/{path}", RetryMode.Never)
            {
                Accept = "*/*",
            },
            static async (body, token) =>
            {
                using var reader = new StreamReader(body);
                return await reader.ReadToEndAsync(token);
            },
            cancellationToken
        );

    /// <summary>SelfSubjectAccessReview.</summary>
    public async Task<SubjectAccessReviewStatus> ReviewAccessAsync(ResourceAttributes attributes, CancellationToken cancellationToken)
    {
        var review = new SelfSubjectAccessReview
        {
            ApiVersion = "authorization.k8s.io/v1",
            Kind = "SelfSubjectAccessReview",
            Spec = new() { ResourceAttributes = attributes },
        };
        SelfSubjectAccessReview answer = await _sender.SendAsync(
            new(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", RetryMode.Always)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(review, KubernetesJson.Default.SelfSubjectAccessReview),
            },
            Reading(KubernetesJson.Default.SelfSubjectAccessReview),
            cancellationToken
        );
        return answer.Status ?? new();
    }

    /// <summary>
    /// Reports existing objects as Added, then <see cref="WatchEventType.Synced"/>, then every change until cancelled. Resumes after
    /// disconnects and 410: a known object is reported again only if it changed, and as Deleted if it no longer exists.
    /// </summary>
    /// <exception cref="KubernetesException">A permanent refusal: no permission, no such kind.</exception>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject => WatchAsync(type, options, null, cancellationToken);

    /// <inheritdoc cref="WatchAsync{T}(ResourceType{T}, ListOptions, CancellationToken)"/>
    /// <param name="state">Receives the connection state.</param>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type,
        ListOptions options,
        WatchState? state,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject =>
        new Watcher<T>(_sender, _lists, type, options, _options.Time, _options.Logger, state).RunAsync(cancellationToken);

    /// <summary>Sends a request that other members do not cover.</summary>
    public async Task<T> SendAsync<T>(
        HttpMethod method,
        string pathAndQuery,
        HttpContent? content,
        JsonTypeInfo<T> answer,
        RequestOptions options,
        CancellationToken cancellationToken
    )
    {
        RetryMode retry =
            !options.Retry ? RetryMode.Never
            : method == HttpMethod.Get ? RetryMode.Always
            : RetryMode.WhenRefused;
        string path = method == HttpMethod.Get ? pathAndQuery : Changing(pathAndQuery, options);
        var request = new ApiRequest(method, path, retry);
        if (content is not null)
        {
            request = request with
            {
                Body = await content.ReadAsByteArrayAsync(cancellationToken),
                ContentType = content.Headers.ContentType?.MediaType ?? request.ContentType,
            };
        }

        return await _sender.SendAsync(request, Reading(answer), cancellationToken);
    }

    /// <summary>Streams the response of a GET.</summary>
    /// <param name="pathAndQuery">From the server's root.</param>
    /// <param name="read">
    /// Reads the body; retried from the beginning after an <see cref="IOException"/> or a <see cref="JsonException"/>, which mean a
    /// truncated body.
    /// </param>
    public Task<T> ReadAsync<T>(
        string pathAndQuery,
        Func<Stream, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken
    ) => _sender.SendAsync(new(HttpMethod.Get, pathAndQuery, RetryMode.Always), read, cancellationToken);

    public void Dispose() => _sender.Dispose();

    private static string Changing(string path, RequestOptions options) =>
        new QueryString(path).Add("dryRun", options.DryRun ? "All" : null).Add("fieldManager", "NodeManager").ToString();

    private static Func<Stream, CancellationToken, ValueTask<T>> Reading<T>(JsonTypeInfo<T> type) =>
        async (body, token) => await JsonSerializer.DeserializeAsync(body, type, token) ?? throw new JsonException("The answer is empty.");

    /// <summary>Reads the body to its end, so that the connection can be reused.</summary>
    private static async ValueTask<bool> Ignoring(Stream body, CancellationToken cancellationToken)
    {
        await body.CopyToAsync(Stream.Null, cancellationToken);
        return true;
    }
}
