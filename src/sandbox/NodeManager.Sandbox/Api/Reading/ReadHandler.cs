using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using NodeManager.Sandbox.Api.Custom;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Reading;

internal sealed class ReadHandler(DocumentStore store, KindCatalog catalog, TimeProvider time)
{
    /// <summary>From this number of objects on, a list is streamed.</summary>
    public const int LongList = 8000;

    public const int FlushAt = 32 * 1024;

    public static readonly ReadOnlyMemory<byte> Closing = "]}"u8.ToArray();

    private static readonly Comparer<(string Namespace, string Name)> ByKey = Comparer<(string Namespace, string Name)>.Create(
        static (left, right) =>
            string.CompareOrdinal(left.Namespace, right.Namespace) is not 0 and var order
                ? order
                : string.CompareOrdinal(left.Name, right.Name)
    );

    private readonly PagingSnapshots _pages = new(time);

    public ApiResponse Answer(IncomingRequest request, ResourcePath path)
    {
        if (path.Name.Length == 0)
            return List(request, path);

        // For a single object all versions report an invalid resourceVersion with the old message.
        ListQuery.ParseVersion(request.Query["resourceVersion"] ?? "", 0);
        StoredObject item = store.Get(path.Kind, path.ObjectNamespace, path.Name) ?? throw StatusErrors.NotFound(path.Kind, path.Name);
        if (path.Subresource != "scale" && ObjectShaper.For(request, path, catalog.Minor, time.GetUtcNow()) is { } shaper)
            return ApiResponse.Json(shaper.Convert(item));
        return path.Subresource == "scale" ? ApiResponse.Json(ScaleView.Of(path, item)) : ObjectWriter.Answer(path, item);
    }

    private ApiResponse List(IncomingRequest request, ResourcePath path)
    {
        ListQuery query = ListQuery.Parse(request, path, catalog.Minor);
        Snapshot snapshot = Choose(path.Kind, query);
        IEnumerable<StoredObject> items;
        long version = snapshot.Version;
        if (query.IsWhole && query.Fields.Indexed(path.Kind) is { } indexed)
        {
            items = store
                .ListBy(path.Kind, indexed.Path, indexed.Value, out version)
                .Where(item => path.Namespace is null || item.Namespace == path.Namespace)
                .OrderBy(Key, ByKey);
        }
        else
        {
            items = Candidates(path, query, snapshot);
        }

        (List<StoredObject> page, bool isMore) = Take(items, query, request.Aborted);
        string more = "";
        if (isMore)
        {
            if (query.Page is null)
                _pages.Add(path.Kind, snapshot);
            StoredObject last = page[^1];
            more = $",\"continue\":\"{new ListPage(snapshot.Version, last.Namespace, last.Name).Encode()}\"";
            if (query.IsUnfiltered)
                more += $",\"remainingItemCount\":{snapshot.Objects.CountAfter(path.Namespace, last.Namespace, last.Name)}";
        }
        else
        {
            if (query.Page is { } served)
                _pages.Finish(path.Kind, served.Version);
            if (path.Kind.Custom is not null)
                more = ",\"continue\":\"\"";
        }

        string metadata = $"{{\"resourceVersion\":\"{version}\"{more}}}";
        return ObjectShaper.For(request, path, catalog.Minor, time.GetUtcNow()) is { } shaper
            ? shaper.Answer(JsonNode.Parse(metadata)!.AsObject(), page)
            : Join(path, metadata, page, request.Aborted);
    }

    private static (List<StoredObject> Page, bool IsMore) Take(IEnumerable<StoredObject> items, ListQuery query, CancellationToken aborted)
    {
        var page = new List<StoredObject>();
        foreach (StoredObject item in items)
        {
            aborted.ThrowIfCancellationRequested();
            if (!query.Matches(item))
                continue;
            if (query.Limit > 0 && page.Count == query.Limit)
                return (page, true);
            page.Add(item);
        }

        return (page, false);
    }

    /// <summary>A list up to its items, which <see cref="Closing"/> ends.</summary>
    public static byte[] Head(ResourcePath path, string metadata) =>
        Encoding.UTF8.GetBytes(
            $"{{\"kind\":\"{path.Kind.ListKind}\",\"apiVersion\":\"{path.ApiVersion}\",\"metadata\":{metadata},\"items\":["
        );

    // Joins stored bytes of items with their managedFields.
    private static ApiResponse Join(ResourcePath path, string metadata, List<StoredObject> page, CancellationToken aborted)
    {
        byte[] head = Head(path, metadata);
        if (page.Count >= LongList)
            return new()
            {
                Stream = (into, cancellationToken) => WriteAsync(into, head, path, page, cancellationToken),
                IsCompressible = true,
            };
        var segments = new List<ReadOnlyMemory<byte>>((page.Count * 2) + 2) { head };
        var openings = new SegmentWriter();
        foreach (StoredObject item in page)
        {
            aborted.ThrowIfCancellationRequested();
            openings.Write(segments.Count > 1 ? ",{"u8 : "{"u8);

            // Objects of custom kinds have kind and apiVersion.
            if (path.Kind.Custom is not null)
                openings.Write(ObjectWriter.Opening(path).AsSpan(1));
            ReadOnlyMemory<byte> rest = path.WriteOpening(item, openings);
            segments.Add(openings.Take());
            segments.Add(rest);
        }

        segments.Add(Closing);
        return new() { Segments = segments };
    }

    private static async Task WriteAsync(
        PipeWriter into,
        byte[] head,
        ResourcePath path,
        List<StoredObject> page,
        CancellationToken cancellationToken
    )
    {
        into.Write(head);
        for (int i = 0; i < page.Count; i++)
        {
            into.Write(i > 0 ? ",{"u8 : "{"u8);
            path.Write(page[i], into);
            if (into.UnflushedBytes >= FlushAt && (await into.FlushAsync(cancellationToken)).IsCompleted)
                return;
        }

        into.Write(Closing.Span);
        await into.FlushAsync(cancellationToken);
    }

    private Snapshot Choose(ResourceKind kind, ListQuery query)
    {
        Snapshot newest = store.List(kind);
        if (query.Page is { } page)
        {
            return _pages.Find(kind, page.Version)
                ?? throw StatusErrors.Expired(
                    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter."
                );
        }

        if (query.ResourceVersion > newest.Version)
            throw StatusErrors.TooLargeResourceVersion(query.ResourceVersion.Value, newest.Version);
        if (query.IsExact && query.ResourceVersion != newest.Version)
        {
            return _pages.Find(kind, query.ResourceVersion!.Value)
                ?? throw StatusErrors.Expired($"The resourceVersion for the provided list is too old.");
        }

        return newest;
    }

    private static (string Namespace, string Name) Key(StoredObject item) => (item.Namespace, item.Name);

    private static IEnumerable<StoredObject> Candidates(ResourcePath path, ListQuery query, Snapshot snapshot)
    {
        (string, string)? after = query.Page is { } page ? (page.Namespace, page.Name) : null;
        if (query.Fields.Name is { } name && path.Namespace is not null | !path.Kind.IsNamespaced)
            return snapshot.Objects.Find(path.ObjectNamespace, name) is { } one && after is null ? [one] : [];
        return snapshot.Objects.Walk(path.Namespace, after);
    }
}
