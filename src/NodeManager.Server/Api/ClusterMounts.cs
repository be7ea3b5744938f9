using System.ComponentModel.DataAnnotations;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Pages;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Api;

/// <summary>
/// The clusters that one server serves. All paths of a cluster are below <c>/clusters/NAME</c>; those of the first one are also there without it. Each
/// cluster has its own session, so that its API server decides about what is done there.
/// </summary>
/// <param name="first">The one of the application that listens.</param>
/// <param name="further">The others.</param>
internal sealed class ClusterMounts(ClusterSession first, IReadOnlyList<ClusterMount> further) : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>Where the paths of each cluster begin.</summary>
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

    /// <summary>The first step of every request: passes on what another cluster is to answer.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (Named(request.Path, Prefix) is { } named)
        {
            ClusterMount? asked = Find(named.Name);
            bool isServed = asked?.Session is not null;
            if (!isServed && !IsFirst(named.Name) && !IsPage(named.Remaining) && (asked is null || !IsOfServer(named.Remaining)))
                return next(context);
            request.PathBase = request.PathBase.Add(new PathString(named.Path));
            request.Path = named.Remaining;
            return isServed && asked!.TryAnswer(context, out Task answer) ? answer : next(context);
        }

        // As a client of a pool service names the cluster of a pool.
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

    /// <summary>A step after authentication: says why a cluster is not served. Strangers do not learn which clusters there are.</summary>
    /// <exception cref="NodeManagerException">Why.</exception>
    public Task RefuseAsync(HttpContext context, RequestDelegate next) =>
        Named(context.Request.Path, Prefix) is { } named && Find(named.Name) is { } mount ? throw mount.Problem : next(context);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A cluster that cannot be reached holds up no other.
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
        // Also as a service of the host.
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

    // Pages show nothing of a cluster by themselves, and are the same for every name.
    private static bool IsPage(PathString path) =>
        path.Value is null or "" or "/" || path.StartsWithSegments(PageRoutes.Console, StringComparison.Ordinal);

    // The console needs these to show why a cluster is not served, and the others.
    private static bool IsOfServer(PathString path) => path.Value is SignInRoutes.Me or PoolRefusals.Clusters;

    private ClusterMount? Find(string name) => further.FirstOrDefault(one => one.Name == name);

    // The embedded cluster, and one that the server is in, have no context.
    private static string NameOf(NodeManagerSession session) => session.Context is { Length: > 0 } context ? context : session.Cluster;

    /// <summary>The address of a cluster without the server's.</summary>
    public static string PathOf(string name) => new PathString($"{Prefix}/{Encoded(name)}").ToUriComponent();

    // The server leaves an encoded slash encoded: a name may contain one, a segment may not.
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

/// <summary>A cluster that this server serves.</summary>
/// <param name="Name">The context of the kubeconfig; the name of the cluster where there is none.</param>
/// <param name="Cluster">The name of the cluster, as all messages have it; absent while it is not connected.</param>
/// <param name="Path">Where its paths begin.</param>
/// <param name="State"><c>Connected</c>, <c>Connecting</c> or <c>Unreachable</c>.</param>
/// <param name="Version">Of Kubernetes.</param>
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
            session is not null ? "Connected"
                : problem is null ? "Connecting"
                : "Unreachable",
            session?.ServerVersion,
            problem is null ? null : new(problem.ErrorId, problem.Message, AnswerAdvice.Of(problem.RecommendedAction))
        );
}
