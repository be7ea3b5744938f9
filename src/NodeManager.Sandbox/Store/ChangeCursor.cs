using System.Diagnostics.CodeAnalysis;

namespace NodeManager.Sandbox.Store;

/// <summary>One reader of a kind's changes, at its own pace. Not thread-safe.</summary>
internal sealed class ChangeCursor(ObjectStore store, ChangeLog log, Change link)
{
    private Change _link = link;

    /// <summary>True once the log has moved past this reader: a remote one is told 410, as a real server does to who is too slow.</summary>
    public bool IsExpired => _link.Next is { } next && next.Version <= log.Forgotten;

    public bool TryRead([MaybeNullWhen(false)] out Change change)
    {
        change = _link.Next;
        if (change is null) return false;
        _link = change;
        return true;
    }

    /// <summary>Completes when there is something to read.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        _link.Next is not null ? ValueTask.CompletedTask : new(log.WaitAsync(_link).WaitAsync(cancellationToken));

    /// <summary>A version up to which this reader has read everything (for bookmarks); null while there is something to read.</summary>
    public long? TryGetVersion()
    {
        // In this order: a version is published only after its change was linked.
        long version = store.Version;
        return _link.Next is null ? version : null;
    }
}
