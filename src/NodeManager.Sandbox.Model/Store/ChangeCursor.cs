using System.Diagnostics.CodeAnalysis;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>One reader of a kind's changes, at its own pace. Not thread-safe.</summary>
internal sealed class ChangeCursor(DocumentStore store, ChangeLog log, Change link)
{
    // The link, or since it was let go, where it was.
    private readonly WeakReference<Change> _place = new(link);
    private Change? _link = link;

    /// <summary>True once the log has moved past this reader: a remote one is told 410, as a real server does to who is too slow.</summary>
    public bool IsExpired => Link is not { } link || (link.Next is { } next && next.Version <= log.Forgotten);

    /// <summary>True where there is nothing to read.</summary>
    public bool IsAtEnd => Link is { Next: null };

    private Change? Link => _link ??= _place.TryGetTarget(out Change? place) ? place : null;

    /// <summary>
    /// While its reader takes nothing: what the log forgets meanwhile is not kept for it. Where that comes to pass, it is expired, and reads
    /// nothing any more.
    /// </summary>
    public void LetGo()
    {
        if (_link is null) return;
        _place.SetTarget(_link);
        _link = null;
    }

    public bool TryRead([MaybeNullWhen(false)] out Change change)
    {
        change = Link?.Next;
        if (change is null) return false;
        _link = change;
        return true;
    }

    /// <summary>Completes when there is something to read.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        Link is not { Next: null } link ? ValueTask.CompletedTask : new(log.WaitAsync(link).WaitAsync(cancellationToken));

    /// <summary>A version up to which this reader has read everything (for bookmarks); null while there is something to read.</summary>
    public long? TryGetVersion()
    {
        // In this order: a version is published only after its change was linked.
        long version = store.Version;
        return IsAtEnd ? version : null;
    }
}
