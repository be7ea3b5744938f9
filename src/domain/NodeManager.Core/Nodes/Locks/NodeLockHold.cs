using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Nodes.Locks;

/// <summary>
/// A lock held by this process: renewed until released, and checked against each observed state of the node. Thread-safe.
/// </summary>
public sealed class NodeLockHold : IAsyncDisposable
{
    // Renewed once a minute of the 150 seconds; from 50 seconds before the expiry, no step starts without a renewal.
    private const double RenewAfter = 0.4;
    private const double DoubtAfter = 2.0 / 3;

    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly ClusterConnection _connection;
    private readonly NodeTarget _node;
    private readonly CancellationTokenSource _over;
    private readonly TaskCompletionSource<NodeLockEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _renewing;
    private readonly NodeLock _mine;
    private string _version;
    private long _confirmedAt;
    private TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isReleased;

    /// <param name="mine">The lock as written.</param>
    /// <param name="written">The node with the lock.</param>
    public NodeLockHold(ClusterConnection connection, NodeLock mine, Node written)
    {
        _connection = connection;
        _mine = mine;
        _node = new(written.Metadata.Name, written.Metadata.Uid ?? "");
        _version = written.Metadata.ResourceVersion ?? "";
        _confirmedAt = connection.Time.GetTimestamp();
        _over = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed);
        _renewing = Task.Run(() => RenewAsync(_over.Token));
    }

    /// <summary>Completes with the reason when the holder has to stop.</summary>
    public Task<NodeLockEnd> Ended => _ended.Task;

    /// <summary>Why the holder has to stop; null if it may continue.</summary>
    public NodeLockEnd? End => _ended.Task.IsCompletedSuccessfully ? _ended.Task.Result : null;

    /// <summary>Judges each state of the node that the cache reports, until disposed.</summary>
    public IDisposable Follow(ObjectCache<Node> nodes) =>
        nodes.Subscribe(change =>
        {
            if (change.Object.Metadata.Uid == _node.Uid && change.Type != WatchEventType.Deleted)
                Judge(change.Object);
        });

    /// <summary>
    /// Checks a state of the node for a reason to stop. Ignores states older than the lock, and another node of the name.
    /// </summary>
    public void Judge(Node node)
    {
        if (node.Metadata.Uid != _node.Uid)
            return;
        lock (_gate)
        {
            if (_isReleased || ResourceVersions.IsNewer(_version, node.Metadata.ResourceVersion))
                return;
        }

        NodeLock? there = NodeLock.Read(node);
        bool isMine = _mine.IsSameHold(there);
        if (node.Spec.Unschedulable != true)
            EndWith(new(NodeDrainCancelReason.Uncordoned, isMine ? there!.CancelledBy ?? "" : ""));
        else if (!isMine)
            EndWith(new(NodeDrainCancelReason.LockLost, there?.ToString() ?? ""));
        else if (there!.CancelledBy is { } by)
            EndWith(new(NodeDrainCancelReason.Requested, by));
    }

    /// <summary>Completes when no other process can have taken the lock: immediately, unless renewals fail.</summary>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task confirmed;
            lock (_gate)
            {
                if (_isReleased || _connection.Time.GetElapsedTime(_confirmedAt) < _mine.Duration * DoubtAfter)
                    return;
                confirmed = _confirmed.Task;
            }

            await confirmed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The holder is done: further changes of the node are ignored. The caller's own patch removes the lock.</summary>
    public void Detach()
    {
        lock (_gate)
            _isReleased = true;
        _over.Cancel();
    }

    /// <summary>Removes the lock from the node, if it still exists.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        Detach();
        try
        {
            await NodePatcher.ChangeAsync(
                _connection,
                _node,
                current => _mine.IsSameHold(NodeLock.Read(current)) ? NodeLock.Patch(null) : null,
                false,
                cancellationToken
            );
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // The node is gone, and its lock with it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Detach();
        await _renewing;
        _over.Dispose();
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = _mine.Duration * RenewAfter;
        TimeSpan retry = RetryPause < pause / 4 ? RetryPause : pause / 4;
        TimeSpan next = pause;
        while (!cancellationToken.IsCancellationRequested && End is null)
        {
            try
            {
                await _connection.Time.DelayAsync(next, cancellationToken);
                using CancellationTokenSource limit = new(AttemptLimit, _connection.Time);
                using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
                Node now = await NodePatcher.ChangeAsync(
                    _connection,
                    _node,
                    current =>
                        _mine.IsSameHold(NodeLock.Read(current))
                            ? NodeLock.Patch(
                                NodeLock.Read(current)! with
                                {
                                    RenewedAt = _connection.Time.GetUtcNow(),
                                    Renewals = NodeLock.Read(current)!.Renewals + 1,
                                }
                            )
                            : null,
                    false,
                    attempt.Token
                );
                if (_mine.IsSameHold(NodeLock.Read(now)))
                    Confirm(now);
                Judge(now);
                next = pause;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The watch reports the deleted node.
                if (IsGone(exception))
                    return;
                if (exception is KubernetesException { Code: HttpStatusCode.Forbidden, NamesMissingRole: false })
                    EndWith(new(NodeDrainCancelReason.LockLost, ""));
                next = retry;
            }
            catch (Exception)
            {
                // Released, or the session has ended.
                return;
            }
        }
    }

    private static bool IsGone(Exception exception) =>
        exception is KubernetesException { Code: HttpStatusCode.NotFound } or NodeManagerException { ErrorId: ErrorIds.NodeReplaced };

    private void Confirm(Node now)
    {
        TaskCompletionSource confirmed;
        lock (_gate)
        {
            _confirmedAt = _connection.Time.GetTimestamp();
            _version = now.Metadata.ResourceVersion ?? _version;
            confirmed = _confirmed;
            _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        confirmed.TrySetResult();
    }

    private void EndWith(NodeLockEnd end)
    {
        lock (_gate)
        {
            if (_isReleased)
                return;
        }

        _ended.TrySetResult(end);
    }
}
