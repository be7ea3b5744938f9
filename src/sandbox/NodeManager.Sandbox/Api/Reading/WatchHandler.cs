using System.IO.Pipelines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>Serves watches: each reads the log at its own pace and filters by its selectors.</summary>
internal sealed class WatchHandler(DocumentStore store, KindCatalog catalog, TimeProvider time, ApiFaults faults)
{
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    private readonly EventBodies _bodies = new();

    public ApiResponse Answer(IncomingRequest request, ResourcePath path)
    {
        ListQuery query = ListQuery.ParseWatch(request, path, catalog.Minor);
        TimeSpan timeout = request.Query.Number("timeoutSeconds") is > 0 and var seconds
            ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue))
            : DefaultTimeout;
        bool wantsBookmarks = request.Query.IsTrue("allowWatchBookmarks");
        bool sendsInitial = query.SendsInitialEvents ?? query.ResourceVersion is null;
        Snapshot snapshot = store.List(path.Kind);
        long newest = snapshot.Version;
        long from = sendsInitial || query.ResourceVersion is null ? newest : query.ResourceVersion.Value;
        ChangeCursor? cursor = store.OpenCursor(path.Kind, from);
        var writer = new WatchWriter(path, query, from, ObjectShaper.For(request, path, catalog.Minor, time.GetUtcNow()), _bodies);
        Snapshot? initial = sendsInitial ? snapshot : null;
        return new()
        {
            Stream = async (into, cancellationToken) =>
            {
                if (cursor is null)
                {
                    WatchWriter.WriteExpired(into, $"too old resource version: {from} ({newest})");
                    await into.FlushAsync(cancellationToken);
                    return;
                }

                using CancellationTokenSource deadline = time.StartLimit(timeout);
                using IDisposable registration = faults.Register(path, out CancellationToken cut);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource([
                    deadline.Token,
                    path.Kind.Ended,
                    cut,
                    cancellationToken,
                ]);
                try
                {
                    if (
                        !sendsInitial
                        || await writer.WriteInitialAsync(
                            into,
                            Take(ref initial),
                            cursor,
                            query.SendsInitialEvents == true && wantsBookmarks,
                            ended.Token
                        )
                    )
                        await FollowAsync(cursor, writer, into, wantsBookmarks, ended.Token);
                }
                catch (OperationCanceledException) when (cut.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                {
                    throw new IOException("The watch was cut by a fault.");
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // The watch has reached its timeout, or its kind was removed: it ends normally after all pending events.
                    await EndAsync(cursor, writer, into, wantsBookmarks, cancellationToken);
                }
            },
        };
    }

    private static async Task EndAsync(
        ChangeCursor cursor,
        WatchWriter writer,
        PipeWriter into,
        bool wantsBookmarks,
        CancellationToken cancellationToken
    )
    {
        if (await writer.WriteRestAsync(into, cursor, cancellationToken) && wantsBookmarks && cursor.TryGetVersion() is { } version)
            writer.WriteBookmark(into, version, false);
        await into.FlushAsync(cancellationToken);
    }

    // A long watch must not retain its initial snapshot.
    private static Snapshot Take(ref Snapshot? initial)
    {
        Snapshot taken = initial!.Value;
        initial = null;
        return taken;
    }

    private async Task FollowAsync(
        ChangeCursor cursor,
        WatchWriter writer,
        PipeWriter into,
        bool wantsBookmarks,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            using var due = wantsBookmarks ? new CancellationTokenSource(BookmarkPeriod, time) : new();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
            try
            {
                // Pending events are sent before the first wait; the headers in any case.
                while (await writer.WriteRestAsync(into, cursor, cancellationToken))
                    await cursor.WaitAsync(either.Token);
                return;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                if (cursor.TryGetVersion() is { } version)
                    writer.WriteBookmark(into, version, false);
            }
        }
    }
}
