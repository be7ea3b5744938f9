using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Requests;

/// <summary>
/// Reads lists in pages. The pages of a list have one resourceVersion, which expires after some minutes with a 410. Source:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
/// </summary>
internal sealed class ListReader(RequestSender sender)
{
    private const int MaximumRestarts = 3;

    /// <summary>All pages at one resourceVersion; restarts when it expires.</summary>
    public async Task<KubernetesList<T>> ReadAllAsync<T>(ResourceType<T> type, ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        for (int restarts = 0; ; restarts++)
        {
            // A list that takes longer than its resourceVersion lasts is requested in one page.
            ListOptions asked = restarts < MaximumRestarts ? options : options with { PageSize = 0 };
            KubernetesList<T> all = await ReadPageAsync(type, asked, null, cancellationToken);
            PartPool? parts = options.SharesParts ? new() : null;
            parts?.Share(all);
            try
            {
                string? next = all.Metadata.Continue;
                while (!string.IsNullOrEmpty(next))
                {
                    KubernetesList<T> page = await ReadPageAsync(type, asked, next, cancellationToken);
                    parts?.Share(page);
                    all.Items.AddRange(page.Items);
                    all.Metadata.ResourceVersion = page.Metadata.ResourceVersion ?? all.Metadata.ResourceVersion;
                    next = page.Metadata.Continue;
                }

                all.Metadata.Continue = null;
                all.Metadata.RemainingItemCount = null;
                return all;
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.Gone && restarts < MaximumRestarts) { }
        }
    }

    /// <summary>
    /// Pages with prefetch. When the resourceVersion expires, the rest has a newer one, by the continue token that the server offers for
    /// this.
    /// </summary>
    public IAsyncEnumerable<KubernetesList<T>> ReadPagesAsync<T>(
        ResourceType<T> type,
        ListOptions options,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject => ReadPagesAsync((next, token) => ReadPageAsync(type, options, next, token), cancellationToken);

    /// <summary>As above, with each object mapped while it is decoded.</summary>
    /// <param name="map">Must not keep the object, which is reused for the next one. Called again for a page that is retried.</param>
    public IAsyncEnumerable<KubernetesList<TItem>> ReadPagesAsync<T, TItem>(
        ResourceType<T> type,
        ListOptions options,
        Func<T, TItem> map,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject => ReadPagesAsync((next, token) => ReadPageAsync(type, options, next, map, token), cancellationToken);

    private static async IAsyncEnumerable<KubernetesList<T>> ReadPagesAsync<T>(
        Func<string?, CancellationToken, Task<KubernetesList<T>>> readAsync,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        string? next = null;
        Task<KubernetesList<T>>? reading = readAsync(next, stop.Token);
        try
        {
            while (reading is not null)
            {
                KubernetesList<T> page;
                try
                {
                    page = await reading;
                }
                catch (KubernetesException e)
                    when (e.Code == HttpStatusCode.Gone && next is not null && e.Status?.Metadata?.Continue is { Length: > 0 } token)
                {
                    next = token;
                    reading = readAsync(next, stop.Token);
                    continue;
                }

                next = page.Metadata.Continue;
                reading = string.IsNullOrEmpty(next) ? null : readAsync(next, stop.Token);
                yield return page;
            }
        }
        finally
        {
            await stop.CancelAsync();
            if (reading is not null)
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <param name="next">The continue token; null for the first page.</param>
    public Task<KubernetesList<T>> ReadPageAsync<T>(
        ResourceType<T> type,
        ListOptions options,
        string? next,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject =>
        sender.SendAsync(
            Request(type, options, next),
            async (body, mediaType, token) =>
                type.Wire is { } read && mediaType == WireEnvelope.MediaType
                    ? await WireList.ReadAsync(body, read, token)
                    : await JsonSerializer.DeserializeAsync(body, type.List, token) ?? throw new JsonException("The answer is empty."),
            cancellationToken
        );

    private Task<KubernetesList<TItem>> ReadPageAsync<T, TItem>(
        ResourceType<T> type,
        ListOptions options,
        string? next,
        Func<T, TItem> map,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject =>
        sender.SendAsync(
            Request(type, options, next),
            async (body, mediaType, token) =>
            {
                if (type.Wire is { } wire && mediaType == WireEnvelope.MediaType)
                {
                    WireItem<T> read = type.Reuse?.Invoke() ?? wire;
                    return await WireList.ReadAsync(body, message => map(read(message)), token);
                }

                KubernetesList<T> list =
                    await JsonSerializer.DeserializeAsync(body, type.List, token) ?? throw new JsonException("The answer is empty.");
                return new()
                {
                    ApiVersion = list.ApiVersion,
                    Kind = list.Kind,
                    Metadata = list.Metadata,
                    Items = list.Items.ConvertAll(item => map(item)),
                };
            },
            cancellationToken
        );

    private static ApiRequest Request<T>(ResourceType<T> type, ListOptions options, string? next)
        where T : KubernetesObject
    {
        // A continue token contains its version; the server refuses both.
        string query = new QueryString(type.Path(options.Namespace))
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("limit", options.PageSize > 0 ? options.PageSize : null)
            .Add("resourceVersion", string.IsNullOrEmpty(next) ? options.ResourceVersion : null)
            .Add("continue", next)
            .ToString();
        return new(HttpMethod.Get, query, RetryMode.Always)
        {
            Accept = type.AcceptList,
            LargestAnswer = options.PageSize > 0 ? BoundedStream.LargestAnswer : BoundedStream.LargestList,
        };
    }
}
