using System.Diagnostics.CodeAnalysis;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>A reader of a kind's changes. Retains no changes. Not thread-safe.</summary>
internal sealed class ChangeCursor(DocumentStore store, ChangeLog log, long next)
{
    private long _next = next;

    /// <summary>The log has dropped unread changes: nothing more is read. A real server closes such a watch.</summary>
    public bool IsExpired => _next < log.First;

    /// <summary>All changes before this number were read or skipped.</summary>
    public long Next => _next;

    public bool IsAtEnd => _next == log.Next;

    public bool TryRead([MaybeNullWhen(false)] out Change change)
    {
        change = log.Read(_next);
        if (change is null)
            return false;
        _next++;
        return true;
    }

    /// <summary>Completes when there are changes, or the cursor has expired.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        IsAtEnd ? new(log.WaitAsync(_next).WaitAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>The version up to which everything was read, for bookmarks; null while there are unread changes.</summary>
    public long? TryGetVersion()
    {
        // In this order: a version is published after its change was appended.
        long version = store.Version;
        return IsAtEnd ? version : null;
    }
}
