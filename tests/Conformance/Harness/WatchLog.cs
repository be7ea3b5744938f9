using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Harness;

/// <summary>Reads a watch change by change, each as <c>Added name</c>, or <c>Synced</c>.</summary>
internal sealed class WatchLog<T> : IAsyncDisposable
    where T : KubernetesObject
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<WatchEvent<T>> _changes;

    public WatchLog(
        Func<ResourceType<T>, ListOptions, CancellationToken, IAsyncEnumerable<WatchEvent<T>>> watch,
        ResourceType<T> type,
        ListOptions options
    ) => _changes = watch(type, options, _stop.Token).GetAsyncEnumerator();

    public async Task<string> NextAsync()
    {
        Assert.True(await _changes.MoveNextAsync().AsTask().WaitAsync(Eventually.Limit), "the watch ended");
        WatchEvent<T> change = _changes.Current;
        return change.Type == WatchEventType.Synced ? "Synced" : $"{change.Type} {change.Object.Metadata.Name}";
    }

    /// <summary>Everything up to and including this one.</summary>
    public async Task<IReadOnlyList<string>> UntilAsync(string last)
    {
        var seen = new List<string>();
        while (seen.LastOrDefault() != last)
            seen.Add(await NextAsync());
        return seen;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _changes.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // As asked for.
        }

        _stop.Dispose();
    }
}
