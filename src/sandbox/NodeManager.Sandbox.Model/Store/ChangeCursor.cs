using System.Diagnostics.CodeAnalysis;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>One reader of a kind's changes, at its own pace. It keeps no change alive. Not thread-safe.</summary>
internal sealed class ChangeCursor(DocumentStore store, ChangeLog log, long next)
{
    private long _next = next;

    /// <summary>True once the log has dropped a change that this reader has not read: it reads nothing anymore. A real server closes such a watch.</summary>
    public bool IsExpired => _next < log.First;

    /// <summary>True where there is nothing to read.</summary>
    public bool IsAtEnd => _next == log.Next;

    public bool TryRead([MaybeNullWhen(false)] out Change change)
    {
        change = log.Read(_next);
        if (change is null)
            return false;
        _next++;
        return true;
    }

    /// <summary>Completes when there is something to read, or the reader is expired.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        IsAtEnd ? new(log.WaitAsync(_next).WaitAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>A version up to which this reader has read everything (for bookmarks); null while there is something to read.</summary>
    public long? TryGetVersion()
    {
        // In this order: a version is published only after its change was appended.
        long version = store.Version;
        return IsAtEnd ? version : null;
    }
}
