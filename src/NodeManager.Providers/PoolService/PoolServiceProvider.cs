using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Core.Nodes;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.NodePools;
using NodeManager.NodePools.Validation;

namespace NodeManager.Providers.PoolService;

public sealed class PoolServiceProvider : INodePoolProvider, IDisposable
{
    private const int PageSize = 100;

    private readonly PoolServiceSender _sender;
    private readonly ConcurrentDictionary<string, bool> _returned = new(StringComparer.Ordinal);
    private volatile string _routes;

    public PoolServiceProvider(PoolServiceSettings settings)
    {
        PoolServiceConfiguration configuration = settings.Configuration;
        User = configuration.User;
        Controller = settings.Controller;
        _routes = configuration.Routes;
        Address = AddressOf(configuration);
        if (!User.Contains('@', StringComparison.Ordinal) || User.Any(static letter => letter is <= ' ' or > '~'))
            throw Invalid($"its user '{User}' is not an email address", "Give User, which requests carry in X-User-Email.");
        if (!PoolServiceRoutes.All.Contains(_routes))
            throw Invalid($"its routes are '{_routes}'", $"Use one of {string.Join(", ", PoolServiceRoutes.All)}.");
        if (configuration.Timeout <= TimeSpan.Zero)
            throw Invalid("its timeout is not positive", "Give a timeout of 1 second or more.");
        _sender = new(settings, Address);
    }

    /// <summary>A client of a session, with its log.</summary>
    public static PoolServiceProvider Connect(ClusterConnection connection, PoolServiceConfiguration configuration) =>
        new(new() { Configuration = configuration, Logger = connection.Logger });

    /// <summary>A client for the pool service of an embedded cluster, with the cluster's clock.</summary>
    /// <param name="token">Accepted by the service.</param>
    public static PoolServiceProvider ConnectOwn(
        ClusterConnection connection,
        PoolServiceConfiguration configuration,
        HttpMessageHandler transport,
        string token,
        IPoolController controller
    ) =>
        new(
            new()
            {
                Configuration = configuration,
                Logger = connection.Logger,
                Time = connection.Time,
                Transport = transport,
                Token = token,
                Controller = controller,
            }
        );

    /// <summary>Validates a configuration. Sends nothing.</summary>
    public static void Check(PoolServiceConfiguration configuration) =>
        new PoolServiceProvider(new() { Configuration = configuration }).Dispose();

    public string Name => NodePoolProvider.Service;

    public IPoolFormat Format => ServicePoolFormat.Instance;

    public bool HasPreconditions => false;

    public bool CanRename => true;

    public string User { get; }

    public IPoolController? Controller { get; }

    /// <summary>The base address with a trailing slash.</summary>
    public Uri Address { get; }

    public DateTimeOffset Now => _sender.Now;

    public bool HasReturned(string field) => _returned.ContainsKey(field);

    public IAsyncEnumerable<PoolCluster> ListClustersAsync(CancellationToken cancellationToken) =>
        PagesAsync(
            new(HttpMethod.Get, "clusters"),
            "",
            PoolServiceJson.Default.WireClusterPage,
            static page => (page.Clusters, page.Total),
            static one => one.Id,
            static one => new PoolCluster(one.Id ?? "", one.Name ?? ""),
            cancellationToken
        );

    public async IAsyncEnumerable<PoolRecord> ListAsync(PoolListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (query.ClusterId.Length > 0)
        {
            IAsyncEnumerable<PoolRecord> pools = await IsNestedAsync(query.ClusterId, cancellationToken)
                ? ListPoolsAsync(query.ClusterId, query, cancellationToken)
                : ListPoolsAsync("", query, cancellationToken);
            await foreach (PoolRecord pool in pools)
                if (string.Equals(pool.ClusterId, query.ClusterId, StringComparison.OrdinalIgnoreCase))
                    yield return pool;
            yield break;
        }

        if (_routes != PoolServiceRoutes.Nested)
        {
            await using IAsyncEnumerator<PoolRecord> flat = ListPoolsAsync("", query, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            while (await MoveFlatAsync(flat))
                yield return flat.Current;
            if (_routes != PoolServiceRoutes.Nested)
                yield break;
        }

        // A service with nested routes has no list of all pools.
        await foreach (PoolCluster cluster in ListClustersAsync(cancellationToken))
        await foreach (PoolRecord pool in ListPoolsAsync(cluster.Id, query, cancellationToken))
            yield return pool;
    }

    public async Task<PoolRecord> GetAsync(string id, CancellationToken cancellationToken) =>
        Map(
            await _sender.SendAsync(
                Pool(HttpMethod.Get, id),
                "",
                null,
                PoolServiceJson.Default.WirePool,
                PoolRepeat.Always,
                cancellationToken
            ),
            id
        );

    public async Task<PoolRecord> CreateAsync(PoolDraft draft, IOperationObserver observer, CancellationToken cancellationToken)
    {
        bool isNested = await IsNestedAsync(draft.ClusterId, cancellationToken);
        var request = new PoolRequest(
            HttpMethod.Post,
            ListPath(isNested ? draft.ClusterId : ""),
            draft.Name,
            isNested ? draft.ClusterId : ""
        );
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new WirePoolRequest
            {
                Name = draft.Name,
                ClusterId = draft.ClusterId,
                Spec = draft.Spec,
            },
            PoolServiceJson.Default.WirePoolRequest
        );
        return Map(
            await _sender.SendAsync(request, "", body, PoolServiceJson.Default.WirePool, PoolRepeat.Never, cancellationToken),
            draft.Name
        );
    }

    public async Task<PoolRecord> ReplaceAsync(PoolRecord before, string name, JsonObject spec, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new WirePoolRequest { Name = name, Spec = spec },
            PoolServiceJson.Default.WirePoolRequest
        );
        return Map(
            await _sender.SendAsync(
                Pool(HttpMethod.Put, before.Id),
                "",
                body,
                PoolServiceJson.Default.WirePool,
                PoolRepeat.Never,
                cancellationToken
            ),
            name
        );
    }

    public Task DeleteAsync(string id, CancellationToken cancellationToken) =>
        _sender.SendAsync(Pool(HttpMethod.Delete, id), null, cancellationToken);

    public async Task<IReadOnlyList<NodePoolControllerStatus>> GetStatusAsync(string id, CancellationToken cancellationToken)
    {
        WireStatus status = await _sender.SendAsync(
            Pool(HttpMethod.Get, id, "/status"),
            "",
            null,
            PoolServiceJson.Default.WireStatus,
            PoolRepeat.Always,
            cancellationToken
        );
        return PoolStatusMapper.Map(status);
    }

    public Task<Predicate<ClusterNode>> MembersOfAsync(string id, string name, CancellationToken cancellationToken) =>
        Task.FromResult<Predicate<ClusterNode>>(node => PoolLabels.IsOf(node, id, name));

    /// <summary>Pool services have no watch.</summary>
    public IPoolFollower? Follow() => null;

    public Task ReportStatusAsync(string id, PoolStatusReport report, CancellationToken cancellationToken) =>
        _sender.SendAsync(
            Pool(HttpMethod.Put, id, "/status"),
            JsonSerializer.SerializeToUtf8Bytes(PoolStatusMapper.Map(report), PoolServiceJson.Default.WireController),
            cancellationToken
        );

    public void Dispose() => _sender.Dispose();

    // Detected with a nested list: a 404 without the service's error format means an unknown path.
    private async Task<bool> IsNestedAsync(string clusterId, CancellationToken cancellationToken)
    {
        if (_routes != PoolServiceRoutes.Auto)
            return _routes == PoolServiceRoutes.Nested;
        try
        {
            await _sender.SendAsync(
                new(HttpMethod.Get, ListPath(clusterId), "", clusterId),
                "?limit=1",
                null,
                PoolServiceJson.Default.WirePoolPage,
                PoolRepeat.Always,
                cancellationToken
            );
            _routes = PoolServiceRoutes.Nested;
        }
        catch (PoolServiceRefusal refusal) when (refusal.IsUnknownPath)
        {
            _routes = PoolServiceRoutes.Flat;
        }

        return _routes == PoolServiceRoutes.Nested;
    }

    private async Task<bool> MoveFlatAsync(IAsyncEnumerator<PoolRecord> pools)
    {
        try
        {
            return await pools.MoveNextAsync();
        }
        catch (PoolServiceRefusal refusal) when (refusal.IsUnknownPath && _routes == PoolServiceRoutes.Auto)
        {
            _routes = PoolServiceRoutes.Nested;
            return false;
        }
    }

    private IAsyncEnumerable<PoolRecord> ListPoolsAsync(string clusterId, PoolListQuery query, CancellationToken cancellationToken)
    {
        string filter =
            (query.Phase.Length > 0 ? $"&status={Uri.EscapeDataString(query.Phase)}" : "")
            + (query.Health.Length > 0 ? $"&health={Uri.EscapeDataString(query.Health)}" : "");
        return PagesAsync(
            new(HttpMethod.Get, ListPath(clusterId), "", clusterId),
            filter,
            PoolServiceJson.Default.WirePoolPage,
            static page => (page.Nodepools, page.Total),
            static one => one.Id,
            one => Map(one, "a listed pool"),
            cancellationToken
        );
    }

    // A deletion between two pages shifts later pools: skipped ones are requested again, and duplicates are dropped.
    private async IAsyncEnumerable<TItem> PagesAsync<TPage, TWire, TItem>(
        PoolRequest request,
        string filter,
        JsonTypeInfo<TPage> type,
        Func<TPage, (List<TWire>? Items, int? Total)> open,
        Func<TWire, string?> identify,
        Func<TWire, TItem> map,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where TPage : class
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        int offset = 0;
        int? known = null;
        while (true)
        {
            string query = string.Create(CultureInfo.InvariantCulture, $"?limit={PageSize}&offset={offset}{filter}");
            (List<TWire>? items, int? total) = open(
                await _sender.SendAsync(request, query, null, type, PoolRepeat.Always, cancellationToken)
            );
            if (items is null)
                throw _sender.Errors.Unreadable(request, "it is not a list");
            if (total < known && offset > 0)
            {
                offset = Math.Max(0, offset - (known.Value - total.Value));
                known = total;
                continue;
            }

            known = total;
            foreach (TWire item in items)
                if (seen.Add(identify(item) ?? ""))
                    yield return map(item);
            offset += items.Count;
            if (items.Count == 0 || (total is { } end ? offset >= end : items.Count < PageSize))
                yield break;
        }
    }

    private PoolRecord Map(WirePool pool, string asked)
    {
        if (pool.Id is not { Length: > 0 } id || pool.Spec is null)
            throw _sender.Errors.Unreadable(new(HttpMethod.Get, asked), "the pool has no id, or no specification");
        foreach ((string field, _) in pool.Spec)
            if (_returned.Count < 64)
                _returned.TryAdd(field, true);
        return new()
        {
            Id = id,
            Name = pool.Name ?? "",
            ClusterId = pool.ClusterId ?? "",
            Generation = pool.Generation,
            ResourceVersion = pool.ResourceVersion ?? "",
            Spec = pool.Spec,
            CreatedAt = pool.CreatedAt,
            UpdatedAt = pool.UpdatedAt,
            CreatedBy = pool.CreatedBy ?? "",
        };
    }

    private static PoolRequest Pool(HttpMethod method, string id, string rest = "") =>
        new(method, $"nodepools/{Uri.EscapeDataString(id)}{rest}", id);

    private static string ListPath(string clusterId) =>
        clusterId.Length > 0 ? $"clusters/{Uri.EscapeDataString(clusterId)}/nodepools" : "nodepools";

    private static Uri AddressOf(PoolServiceConfiguration configuration)
    {
        if (configuration.Uri is not { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "" } uri)
            throw Invalid(
                $"its address is '{configuration.Uri}'",
                "Give an absolute http or https address without credentials, such as https://pools.example.com/api/v1."
            );
        return new(uri.AbsolutePath is "/" or "" ? $"{uri.GetLeftPart(UriPartial.Authority)}/api/v1/" : uri.AbsoluteUri.TrimEnd('/') + "/");
    }

    private static NodeManagerException Invalid(string why, string action) =>
        new(ErrorIds.PoolServiceInvalid, ErrorKind.InvalidArgument, $"The pool service's configuration is not valid: {why}.", null, action);
}
