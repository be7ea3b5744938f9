using System.IO.Pipelines;
using NodeManager.Sandbox.Faults;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>Watches: each reads the log at its own pace and writes what its selectors let through.</summary>
internal sealed class WatchHandler(ObjectStore store, KindCatalog catalog, TimeProvider time, ApiFaults faults)
{
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    public ApiResponse Answer(ApiRequest request, ResourcePath path)
    {
        ListQuery query = ListQuery.ParseWatch(request, path, catalog.Minor);
        TimeSpan timeout = request.Query.Number("timeoutSeconds") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : DefaultTimeout;
        bool wantsBookmarks = request.Query.IsTrue("allowWatchBookmarks");
        bool sendsInitial = query.SendsInitialEvents ?? query.ResourceVersion is null;
        Snapshot snapshot = store.List(path.Kind);
        long from = sendsInitial || query.ResourceVersion is null ? snapshot.Version : query.ResourceVersion.Value;
        ChangeCursor? cursor = store.OpenCursor(path.Kind, from);
        var writer = new WatchWriter(path, query, from, ObjectShaper.For(request, path, catalog.Minor, time.GetUtcNow()));
        return new()
        {
            Stream = async (into, cancellationToken) =>
            {
                if (cursor is null)
                {
                    WatchWriter.WriteExpired(into, $"too old resource version: {from} ({snapshot.Version})");
                    await into.FlushAsync(cancellationToken);
                    return;
                }

                using var deadline = new CancellationTokenSource(timeout, time);
                using IDisposable registration = faults.Register(path, out CancellationToken cut);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource([deadline.Token, path.Kind.Ended, cut, cancellationToken]);
                try
                {
                    if (sendsInitial) await writer.WriteInitialAsync(into, snapshot, query.SendsInitialEvents == true && wantsBookmarks, ended.Token);
                    await FollowAsync(cursor, writer, into, wantsBookmarks, ended.Token);
                }
                catch (OperationCanceledException) when (cut.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                {
                    throw new IOException("The watch was cut by a fault.");
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // The time that the watch was given is over, or its kind is gone: it ends as any answer does, with all that there was to tell.
                    while (cursor.TryRead(out Change? change)) writer.Write(into, change);
                    if (wantsBookmarks && cursor.TryGetVersion() is { } version) writer.WriteBookmark(into, version, false);
                    await into.FlushAsync(cancellationToken);
                }
            },
        };
    }

    private async Task FollowAsync(ChangeCursor cursor, WatchWriter writer, PipeWriter into, bool wantsBookmarks, CancellationToken cancellationToken)
    {
        // What is already there goes out before the first wait, and headers reach the reader even if nothing is.
        await into.FlushAsync(cancellationToken);
        while (true)
        {
            while (cursor.TryRead(out Change? change))
            {
                if (writer.Write(into, change) && WatchWriter.IsFull(into) && (await into.FlushAsync(cancellationToken)).IsCompleted) return;
                if (cursor.IsExpired)
                {
                    WatchWriter.WriteExpired(into, "too slow: changes that this watch has not read are forgotten");
                    await into.FlushAsync(cancellationToken);
                    return;
                }
            }

            if ((await into.FlushAsync(cancellationToken)).IsCompleted) return;
            if (!wantsBookmarks)
            {
                await cursor.WaitAsync(cancellationToken);
                continue;
            }

            if (await WaitAsync(cursor, cancellationToken) || cursor.TryGetVersion() is not { } version) continue;
            writer.WriteBookmark(into, version, false);
        }
    }

    // False when a bookmark is due.
    private async Task<bool> WaitAsync(ChangeCursor cursor, CancellationToken cancellationToken)
    {
        using var due = new CancellationTokenSource(BookmarkPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        try
        {
            await cursor.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
