using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.OpenApi;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Api.Reading;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Api.Writing;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>The API, independent of the transport. Thread-safe.</summary>
internal sealed class ApiServer
{
    private const int EndpointsDeprecatedFrom = 33;

    private readonly KindCatalog _catalog;
    private readonly ClusterClock? _clock;
    private readonly ApiFaults _faults;
    private readonly DiscoveryHandler _discovery;
    private readonly OpenApiHandler _openApi;
    private readonly ReadHandler _read;
    private readonly WatchHandler _watch;
    private readonly WriteHandler _write;
    private readonly PodSubresources _pods;
    private readonly PodLogs _logs;
    private readonly NodeLogs _nodeLogs;
    private readonly ReviewHandler _reviews;
    private readonly TokenRequests _tokenRequests;
    private readonly AccessControl _access;
    private readonly Impersonator _impersonator;

    public ApiServer(
        ResourceRegistry registry,
        KindCatalog catalog,
        ServiceAccountTokens tokens,
        FaultRegistry faults,
        bool isRbacEnforced,
        PodRuns runs
    )
    {
        Tokens = tokens;
        _access = new(registry.Store, isRbacEnforced);
        _impersonator = new(_access, catalog.Minor);
        _reviews = new(_access, tokens, registry.Time, catalog.Minor);
        _tokenRequests = new(registry, tokens);
        _catalog = catalog;
        _clock = registry.Time as ClusterClock;
        _faults = new(faults, catalog, registry.Time);
        _discovery = new(catalog);
        _read = new(registry.Store, catalog, registry.Time);
        _watch = new(registry.Store, catalog, registry.Time, _faults);
        _write = new(registry, catalog, _access);
        _openApi = new(catalog);
        _pods = new(registry, catalog);
        _logs = new(registry.Store, runs, registry.Time);
        _nodeLogs = new(registry.Store, faults, catalog.Minor);
    }

    /// <summary>Authenticates service accounts.</summary>
    public ServiceAccountTokens Tokens { get; }

    /// <summary>Computed kinds (metrics).</summary>
    public Dictionary<ResourceKind, IComputedSource> Computed { get; } = [];

    /// <summary>Refusals and server errors are returned as responses.</summary>
    public async Task<ApiResponse> HandleAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        request.Aborted = cancellationToken;
        if (await _faults.ApplyAsync(request, cancellationToken) is { } injected)
            return ApiResponse.Refusal(injected);
        using ClockHold? hold = _clock?.Hold();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            request.User = _impersonator.Resolve(request.User, request.Impersonation, request);
            if (_access.IsEnforced && !request.User.IsMaster)
                _access.Require(request.User, RequestReading.AttributesOf(request));
            return PrettyJson.Apply(
                request,
                _discovery.TryAnswer(request) ?? _openApi.TryAnswer(request) ?? await RouteAsync(request, cancellationToken)
            );
        }
        catch (ApiException refusal)
        {
            return PrettyJson.Apply(request, ApiResponse.Refusal(refusal));
        }
        catch (KindGoneException)
        {
            return ApiResponse.Refusal(StatusErrors.PathNotFound());
        }
        catch (Exception fault)
            when (fault is InvalidOperationException or InvalidCastException or ArgumentException && request.Method != "GET")
        {
            // Members of the wrong type, or duplicate ones.
            return ApiResponse.Refusal(StatusErrors.BadRequest($"the object provided cannot be read: {fault.Message}"));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return ApiResponse.Refusal(StatusErrors.Internal(fault.Message));
        }
    }

    private async Task<ApiResponse> RouteAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        ApiResponse answer = await AnswerAsync(request, path, cancellationToken);
        return Deprecation(path) is { } words ? answer with { Warnings = [.. answer.Warnings, words] } : answer;
    }

    private string? Deprecation(ResourcePath path)
    {
        if (path.Kind == BuiltInKinds.Endpoints && _catalog.Minor >= EndpointsDeprecatedFrom)
            return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
        if (
            path.Kind.Custom is null
            && path.Kind.Versions.FirstOrDefault(one => one.Name == path.Version) is { DeprecatedFrom: { } from } version
            && _catalog.Minor >= from
        )
            return $"{path.ApiVersion} {path.Kind.Kind} is deprecated in v1.{from}+, unavailable in v1.{version.Until + 1}+; use {version.Replacement} {path.Kind.Kind}";
        if (path.Kind.Custom is not { } custom || custom.At(path.Version).Deprecation is not { } words)
            return null;
        if (words.Length > 0)
            return words;
        string instead = custom.ReplacementOf(path.Version) is { } other ? $"; use {path.Kind.ApiVersion(other)} {path.Kind.Kind}" : "";
        return $"{path.ApiVersion} {path.Kind.Kind} is deprecated{instead}";
    }

    private Task<ApiResponse> RouteAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        RequestTimeout.Check(request.Query["timeout"], _catalog.Minor);
        if (_nodeLogs.TryAnswer(request) is { } log)
            return Task.FromResult(log);
        if (PathParser.Parse(_catalog, request.Path, request.Method) is not { } path)
        {
            if (PathParser.IsServed(_catalog, request.Path))
                throw StatusErrors.PathNotFound();
            return Task.FromResult(ApiResponse.Text("404 page not found\n", 404));
        }

        Negotiation.Require(request, path, _catalog.Minor);
        return RouteAsync(request, path, cancellationToken);
    }

    private Task<ApiResponse> AnswerAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if (path.Kind.IsReview)
            return _reviews.AnswerAsync(request, path, cancellationToken);
        if (path.Subresource == "token")
            return _tokenRequests.AnswerAsync(request, path, cancellationToken);
        if (!path.Kind.IsStored)
            return Task.FromResult(Compute(request, path));
        if (path.Kind == BuiltInKinds.Pods && path.Subresource is "eviction" or "binding")
            return _pods.AnswerAsync(request, path, cancellationToken);
        if (path.Subresource is "exec" or "attach" or "portforward")
            throw _pods.Unreachable(path);
        if (path.Subresource == EphemeralContainerRules.Subresource && _catalog.Minor < EphemeralContainerRules.From)
            throw StatusErrors.PathNotFound();
        if (path.Subresource == "log")
            return Task.FromResult(_logs.Answer(request, path));
        return request.Method switch
        {
            "GET" when path.Name.Length == 0 && request.Query.IsTrue("watch") => Task.FromResult(_watch.Answer(request, path)),
            "GET" => Task.FromResult(_read.Answer(request, path)),
            "POST" or "PUT" or "PATCH" or "DELETE" => _write.AnswerAsync(request, path, cancellationToken),
            _ => throw StatusErrors.MethodNotAllowed(),
        };
    }

    private ApiResponse Compute(IncomingRequest request, ResourcePath path)
    {
        if (request.Method != "GET")
            throw StatusErrors.MethodNotAllowed();
        if (!Computed.TryGetValue(path.Kind, out IComputedSource? source))
            throw new ApiException(503, "ServiceUnavailable", "the server is currently unable to handle the request");
        return ComputedAnswers.Answer(source, request, path);
    }
}
