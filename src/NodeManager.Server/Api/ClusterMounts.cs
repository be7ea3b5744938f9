using System.ComponentModel.DataAnnotations;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Pages;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Api;

/// <summary>
/// The clusters of a server. All paths of a cluster are below <c>/clusters/NAME</c>; those of the first also exist without the prefix. Each
/// cluster has its own session, so that its API server authorizes changes.
/// </summary>
/// <param name="first">The cluster of the listening application.</param>
internal sealed class ClusterMounts(ClusterSession first, IReadOnlyList<ClusterMount> further) : IHostedLifecycleService, IAsyncDisposable
{
    public const string Prefix = "/clusters";

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _isDisposed;

    public IReadOnlyList<ClusterMount> Further => further;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet(PoolRefusals.Clusters, (ClusterMounts mounts) => Results.Json(mounts.List()))
            .ForAnyViewer()
            .WithTags("Clusters")
            .Produces<List<ApiServedCluster>>();

    /// <summary>The first middleware: forwards requests to other clusters.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (Named(request.Path, Prefix) is { } named)
        {
            ClusterMount? requested = Find(named.Name);
            bool isServed = requested?.Session is not null;
            if (!isServed && !IsFirst(named.Name) && !IsPage(named.Remaining) && (requested is null || !IsOfServer(named.Remaining)))
                return next(context);
            request.PathBase = request.PathBase.Add(new PathString(named.Path));
            request.Path = named.Remaining;
            return isServed && requested!.TryAnswer(context, out Task answer) ? answer : next(context);
        }

        // As a pool service's client names the cluster of a pool.
        if (
            Named(request.Path, PoolRefusals.Clusters) is { } pools
            && !IsFirst(pools.Name)
            && further.FirstOrDefault(one => one.Name == pools.Name || one.Session?.Cluster == pools.Name) is { Session: { } session } mount
        )
        {
            request.Path = new PathString($"{PoolRefusals.Clusters}/{Encoded(session.Cluster)}").Add(pools.Remaining);
            if (mount.TryAnswer(context, out Task answer))
                return answer;
        }

        return next(context);
    }

    /// <summary>Runs after authentication: reports why a cluster is not served. Anonymous callers cannot discover clusters.</summary>
    public Task RefuseAsync(HttpContext context, RequestDelegate next) =>
        Named(context.Request.Path, Prefix) is { } named && Find(named.Name) is { } mount ? throw mount.Problem : next(context);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // An unreachable cluster does not delay others.
        _running = Task.WhenAll(further.Select(one => one.RunAsync(_stop.Token)));
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
        await Task.WhenAll(further.Select(one => one.StopAsync(cancellationToken)));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // Also registered as a hosted service.
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stop.CancelAsync();
        await _running;
        foreach (ClusterMount one in further)
            await one.DisposeAsync();
        _stop.Dispose();
    }

    private List<ApiServedCluster> List() =>
        [
            ApiServedCluster.Of(NameOf(first.Session), first.Session, null),
            .. further.Select(static one => ApiServedCluster.Of(one.Name, one.Session, one.HasProblem ? one.Problem : null)),
        ];

    private bool IsFirst(string name) => first.IsOpen && NameOf(first.Session) == name;

    // Pages contain no cluster data and are the same for every cluster.
    private static bool IsPage(PathString path) =>
        path.Value is null or "" or "/" || path.StartsWithSegments(PageRoutes.Console, StringComparison.Ordinal);

    // The console needs these to list clusters and problems.
    private static bool IsOfServer(PathString path) => path.Value is SignInRoutes.Me or PoolRefusals.Clusters;

    private ClusterMount? Find(string name) => further.FirstOrDefault(one => one.Name == name);

    // The embedded cluster, and the one the server runs in, have no context.
    private static string NameOf(NodeManagerSession session) => session.Context is { Length: > 0 } context ? context : session.Cluster;

    /// <summary>The path of a cluster, without the server's address.</summary>
    public static string PathOf(string name) => new PathString($"{Prefix}/{Encoded(name)}").ToUriComponent();

    // A name may contain a slash, which stays encoded.
    private static string Encoded(string name) => name.Replace("/", "%2F", StringComparison.Ordinal);

    private static (string Name, string Path, PathString Remaining)? Named(PathString path, string prefix)
    {
        if (!path.StartsWithSegments(prefix, StringComparison.Ordinal, out PathString rest) || rest.Value is not { Length: > 1 } text)
            return null;
        int end = text.IndexOf('/', 1);
        string segment = end < 0 ? text[1..] : text[1..end];
        return (
            segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase),
            $"{prefix}/{segment}",
            end < 0 ? PathString.Empty : text[end..]
        );
    }
}

/// <summary>A served cluster.</summary>
/// <param name="Name">The context of the kubeconfig, or the cluster's name without one.</param>
/// <param name="Cluster">The cluster's name; absent while it is not connected.</param>
/// <param name="Path">The prefix of its paths.</param>
/// <param name="State"><c>Connected</c>, <c>Connecting</c> or <c>Unreachable</c>.</param>
/// <param name="Version">The Kubernetes version.</param>
/// <param name="Problem">Why it is not connected.</param>
internal sealed record ApiServedCluster(
    string Name,
    string? Cluster,
    string Path,
    [property: AllowedValues("Connected", "Connecting", "Unreachable")] string State,
    string? Version,
    ApiError? Problem
)
{
    public static ApiServedCluster Of(string name, NodeManagerSession? session, NodeManagerException? problem) =>
        new(
            name,
            session?.Cluster,
            ClusterMounts.PathOf(name),
            (session, problem) switch
            {
                (not null, _) => "Connected",
                (_, null) => "Connecting",
                _ => "Unreachable",
            },
            session?.ServerVersion,
            problem is null ? null : new(problem.ErrorId, problem.Message, AnswerAdvice.Of(problem.RecommendedAction))
        );
}
