using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Watching;

/// <summary>
/// A watch: lists, then watches from the list's resourceVersion; after a gap it resumes, or relists and reports the difference. Source:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
/// </summary>
internal sealed partial class Watcher<T>(
    RequestSender sender,
    ListReader lists,
    ResourceType<T> type,
    ListOptions options,
    TimeProvider time,
    ILogger logger,
    WatchState? state = null
)
    where T : KubernetesObject
{
    private static readonly RetryPolicy Policy = RetryPolicy.Requests with { LongestPause = TimeSpan.FromSeconds(15) };

    /// <summary>A connection of this duration counts as established.</summary>
    private static readonly TimeSpan Established = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time that heartbeats accumulate. Waking threads for each line costs more than reading it: with thousands of nodes, that was most
    /// of the CPU of an idle cache.
    /// </summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(500);

    /// <summary>For how long an API server that restarts may refuse what roles allow, because it has not read them yet.</summary>
    private static readonly TimeSpan RolesMayBeUnread = TimeSpan.FromSeconds(3);

    private readonly KnownObjects<T> _known = new();
    private readonly PartPool? _parts = options.SharesParts ? new() : null;
    private string? _version;
    private int _failures;
    private bool _isUnwatchable;
    private bool _isForbidden;
    private bool _hasWatched;
    private long? _refusedSince;
    private bool _hasNews;
    private int _heartbeats;

    public async IAsyncEnumerable<WatchEvent<T>> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool isFirst = true;
        while (true)
        {
            if (_version is null)
            {
                await foreach (WatchEvent<T> change in ListAsync(isFirst, cancellationToken))
                    yield return change;
                isFirst = false;
                yield return new(WatchEventType.Synced, null!) { ListVersion = _version };
            }

            if (_isUnwatchable)
            {
                await Task.Delay(options.RelistInterval!.Value * (0.9 + (Random.Shared.NextDouble() * 0.2)), time, cancellationToken);
                _version = null;
                // The permission may come back.
                _isUnwatchable = !_isForbidden;
                continue;
            }

            await foreach (WatchEvent<T> change in FollowAsync(cancellationToken))
                yield return change;
        }
    }

    private bool PassesByItself(Exception failure) => IsTransient(failure, _hasWatched) || (_hasWatched && MayHaveUnreadRoles(failure));

    /// <summary>Ends with the connection.</summary>
    private async IAsyncEnumerable<WatchEvent<T>> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string query = WatchQuery();
        HttpResponseMessage? response = null;
        IAsyncEnumerator<WatchLine<T>>? lines = null;
        bool heard = false;
        long start = time.GetTimestamp();
        try
        {
            while (true)
            {
                WatchLine<T> line;
                try
                {
                    response ??= await sender.SendOnceAsync(
                        new(HttpMethod.Get, query, RetryMode.Never) { Accept = type.AcceptWatch },
                        cancellationToken
                    );
                    state?.RecordResponse(time.GetUtcNow());
                    (_hasWatched, _isForbidden, _refusedSince) = (true, false, null);
                    lines ??= (await LinesAsync(response.Content, cancellationToken)).GetAsyncEnumerator(cancellationToken);
                    if (!await lines.MoveNextAsync())
                    {
                        // The server closes watches after some minutes. Closing immediately and repeatedly is a fault.
                        if (heard || time.GetElapsedTime(start) > Established)
                            yield break;
                        throw new IOException("the server closed it without an answer");
                    }

                    line = lines.Current;
                    if (line.Kind == WatchLineKind.Error)
                        throw Refusal(line.Error, query);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested && PassesByItself(e))
                {
                    await RecoverAsync(e, cancellationToken);
                    yield break;
                }
                catch (KubernetesException e) when (options.RelistInterval is not null && IsUnwatchable(e.Code))
                {
                    FallBackToLists(e, options.RelistInterval.Value);
                    yield break;
                }

                heard = true;
                _failures = 0;
                foreach (WatchEvent<T> change in Apply(line))
                    yield return change;
                _version = line.Object!.Metadata.ResourceVersion ?? _version;
            }
        }
        finally
        {
            if (lines is not null)
                await lines.DisposeAsync();
            response?.Dispose();
        }
    }

    private string WatchQuery() =>
        new QueryString(type.Path(options.Namespace))
            .Add("watch", "true")
            .Add("allowWatchBookmarks", "true")
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("resourceVersion", _version)
            .ToString();

    private async Task<IAsyncEnumerable<WatchLine<T>>> LinesAsync(HttpContent answer, CancellationToken cancellationToken)
    {
        Func<Task>? gather = GathersHeartbeats ? () => GatherAsync(cancellationToken) : null;
        Stream body = await answer.ReadAsStreamAsync(cancellationToken);
        return type.Wire is { } wire && answer.Headers.ContentType?.MediaType == WireEnvelope.MediaType
            ? WatchFrameReader.ReadAsync(body, wire, gather, cancellationToken)
            : WatchLineReader.ReadAsync(body, type.Item, gather, cancellationToken);
    }

    // Of all nodes of a cluster, in real time: a simulated clock would not end the delay.
    private bool GathersHeartbeats => typeof(T) == typeof(Node) && options.SharesParts && ReferenceEquals(time, TimeProvider.System);

    // Only after heartbeats, because other changes are often followed by more.
    private async Task GatherAsync(CancellationToken cancellationToken)
    {
        bool isQuiet = !_hasNews && _heartbeats > 0;
        (_hasNews, _heartbeats) = (false, 0);
        if (isQuiet)
            await Task.Delay(Gathering, time, cancellationToken);
    }

    private void RecordVersion(WatchLine<T> line)
    {
        if (
            line.Kind == WatchLineKind.Modified
            && line.Object is Node node
            && _known.Find(line.Object) is Node before
            && NodeHeartbeat.IsOnly(before, node)
        )
            _heartbeats++;
        else
            _hasNews = true;
    }

    private IEnumerable<WatchEvent<T>> Apply(WatchLine<T> line)
    {
        switch (line.Kind)
        {
            case WatchLineKind.Added or WatchLineKind.Modified:
                _parts?.Share(line.Object!, _known.Count);
                if (GathersHeartbeats)
                    RecordVersion(line);
                return _known.Observe(line.Object!);
            case WatchLineKind.Deleted when _known.Remove(line.Object!):
                _hasNews = true;
                return [new(WatchEventType.Deleted, line.Object!)];
            default:
                return [];
        }
    }

    /// <summary>Reports the difference between the current state and the reported one.</summary>
    private async IAsyncEnumerable<WatchEvent<T>> ListAsync(bool isFirst, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Only the first list may come from the server's cache: a later one must not be older than the reported state.
        ListOptions asked = isFirst ? options : options with { ResourceVersion = null };
        HashSet<T> present = new(ObjectNameComparer<T>.Instance);
        string? next = null;
        do
        {
            KubernetesList<T> page;
            try
            {
                page = await lists.ReadPageAsync(type, asked, next, cancellationToken);
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.Gone && !string.IsNullOrEmpty(next))
            {
                // Restarts; objects that were reported already are not repeated.
                present.Clear();
                (next, asked) = ("", asked with { PageSize = 0, ResourceVersion = null });
                continue;
            }
            catch (Exception e)
                when (!isFirst && !cancellationToken.IsCancellationRequested && (IsTransient(e, true) || MayHaveUnreadRoles(e)))
            {
                await RecoverAsync(e, cancellationToken);
                present.Clear();
                next = "";
                continue;
            }

            state?.RecordResponse(time.GetUtcNow());
            _refusedSince = null;
            foreach (T item in page.Items)
            {
                _parts?.Share(item, _known.Count + page.Items.Count + (page.Metadata.RemainingItemCount ?? 0));
                present.Add(item);
                foreach (WatchEvent<T> change in _known.Observe(item))
                    yield return change;
            }

            _version = page.Metadata.ResourceVersion ?? "";
            next = page.Metadata.Continue;
            if (string.IsNullOrEmpty(next))
                break;
        } while (true);

        foreach (T item in _known.RemoveMissing(present))
            yield return new(WatchEventType.Deleted, item);
        _known.Trim();
    }

    /// <summary>No <c>watch</c> permission, or a kind that cannot be watched, such as metrics.</summary>
    private static bool IsUnwatchable(HttpStatusCode code) => code is HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed;

    private void FallBackToLists(KubernetesException refusal, TimeSpan interval)
    {
        if (!_isForbidden)
            LogUnwatchable(logger, type.Plural, refusal.Message, interval.TotalSeconds);
        _isUnwatchable = true;
        _isForbidden = refusal.Code == HttpStatusCode.Forbidden;
    }

    /// <summary>A permanent refusal (no permission, no such kind) ends the watch.</summary>
    private static bool IsTransient(Exception exception, bool isOpen) =>
        exception is KubernetesException { Code: HttpStatusCode.Gone }
        || (isOpen ? TransientFailure.IsDuringWork(exception) : TransientFailure.Is(exception));

    private bool MayHaveUnreadRoles(Exception exception)
    {
        if (exception is not KubernetesException { Code: HttpStatusCode.Forbidden })
            return false;
        _refusedSince ??= time.GetTimestamp();
        return time.GetElapsedTime(_refusedSince.Value) < RolesMayBeUnread;
    }

    private async Task RecoverAsync(Exception exception, CancellationToken cancellationToken)
    {
        TimeSpan wait = TimeSpan.Zero;
        if (exception is not KubernetesException { Code: HttpStatusCode.Gone })
            state?.RecordDisconnect(exception.GetBaseException().Message);
        if (exception is KubernetesException { Code: HttpStatusCode.Gone })
        {
            LogExpired(logger, type.Plural, _version);
            _version = null;
            if (_failures++ > 0)
                wait = Policy.PauseAfter(_failures);
        }
        else
        {
            TimeSpan? asked = (exception as KubernetesException)?.RetryAfter;
            wait = Policy.PauseAfter(++_failures, asked > RetryPolicy.Requests.LongestPause ? RetryPolicy.Requests.LongestPause : asked);
            LogCut(logger, type.Plural, exception.GetBaseException().Message, (long)wait.TotalMilliseconds);
        }

        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancellationToken);
    }

    private static KubernetesException Refusal(Status? status, string path) =>
        new((HttpStatusCode)(status?.Code ?? (int)HttpStatusCode.InternalServerError), status, "WATCH", path);
}
