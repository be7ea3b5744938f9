using System.Security.Cryptography;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.Monitoring.Repair.Claims;

/// <summary>
/// Claims nodes for repairs as a maintenance run does: by the same annotation, under a Lease of its own, so that a node never has two
/// repairs, or a repair and a maintenance. The first claim takes the Lease. Anyone may take over a claim whose Lease is gone.
/// </summary>
internal sealed class RepairClaims : IAsyncDisposable
{
    private readonly RunScope _scope;
    private readonly RunLease _lease;
    private readonly ClaimWriter _writer;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isHeld;

    /// <param name="ns">The namespace of the Lease.</param>
    /// <param name="observer">Receives problems of the Lease.</param>
    /// <param name="caller">Cancelled when the command is stopped.</param>
    public RepairClaims(
        NodeManagerSession session,
        ClusterConnection connection,
        string ns,
        IOperationObserver observer,
        CancellationToken caller
    )
    {
        Run =
            $"{RepairSubject.RunPrefix}{connection.Time.GetUtcNow().UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(6, true)}";
        _scope = new(session, connection, RepairErrors.Instance, ns, observer, caller);
        _lease = new(_scope, Run, session.NewHolder());
        _scope.Lost = _lease.Lost;
        _writer = new(_scope, Run, _lease.Holder);
    }

    public string Run { get; }

    /// <summary>How drains of the repair use the locks of its nodes.</summary>
    public NodeLockUse Use =>
        new()
        {
            Kind = NodeLockKind.Repair,
            Operation = Run,
            Waits = false,
            Held = _writer.Locks.Find,
        };

    /// <summary>Releases the lock of a node; the claim stays.</summary>
    public Task UnlockAsync(string uid) => _writer.Locks.ReleaseAsync(uid);

    /// <summary>True if another client has cancelled the repair, by the lock on the node.</summary>
    /// <param name="node">The current node; null if unknown.</param>
    public bool IsCalledOff(string uid, Node? node)
    {
        if (_writer.Locks.Find(uid) is not { } hold)
            return false;
        if (node is not null)
            hold.Judge(node);
        return hold.End is not null;
    }

    /// <summary>Ends the claim of a node that was uncordoned. A cancelled one stays cordoned.</summary>
    /// <returns>Why the repair was cancelled; null if it was not.</returns>
    public async Task<NodeLockEnd?> CalledOffAsync(string name, string uid, Node? node, CancellationToken cancellationToken)
    {
        if (!IsCalledOff(uid, node))
            return null;
        NodeLockEnd end = _writer.Locks.Find(uid)!.End!;
        if (end.Reason == NodeDrainCancelReason.Uncordoned)
            await ReleaseAsync(name, uid, cancellationToken);
        return end;
    }

    /// <summary>Cancelled when the Lease is lost: no further changes are allowed.</summary>
    public CancellationToken Lost => _lease.Lost;

    /// <summary>Retries while the server does not answer.</summary>
    public UnreachableServerRetry Retry => _scope.Retry;

    /// <summary>Why <see cref="Lost"/> was cancelled.</summary>
    public NodeManagerException LossError() => _lease.LossError();

    /// <summary>Claims a node.</summary>
    /// <returns>Null on success; else the claim of a maintenance, or of a live repair.</returns>
    /// <exception cref="NodeGoneException">The node is gone.</exception>
    public async Task<MaintenanceClaim?> TakeAsync(string name, string uid, CancellationToken cancellationToken)
    {
        await EnsureHeldAsync(cancellationToken);
        HashSet<string> dead = [];
        while (true)
        {
            ClaimOutcome outcome = await _writer.ClaimAsync(name, uid, dead, cancellationToken);
            if (outcome.Other is not { } other)
                return null;
            // A started maintenance has to be resumed as a maintenance.
            if (!other.Run.StartsWith(RepairSubject.RunPrefix, StringComparison.Ordinal))
                return other;
            var sign = await RunLeaseReader.ObserveAsync(
                _scope.Connection,
                other.Run,
                other.Namespace,
                waits =>
                    _scope.Observer.Verbose(
                        $"Node {name} is claimed by run {other.Run} (holder: {waits.Holder}); waiting up to {waits.Duration.TotalSeconds:0} s for its Lease to be renewed."
                    ),
                cancellationToken
            );
            if (sign.IsHeld || !dead.Add(other.Run))
                return other;
        }
    }

    /// <summary>Cordons a claimed node, and excludes it from autoscalers.</summary>
    /// <exception cref="ClaimLostException">The claim is gone or belongs to another run.</exception>
    /// <exception cref="NodeGoneException">The node is gone.</exception>
    /// <exception cref="NodeBusyException">Another operation holds the node's lock.</exception>
    public async Task<bool> CordonAsync(string name, string uid, string why, CancellationToken cancellationToken)
    {
        await EnsureHeldAsync(cancellationToken);
        DrainAnnotation annotation = new(_scope.Session.Who(), why, _scope.Now);
        return (await _writer.CordonAsync(name, uid, annotation.ToJson(), Use, cancellationToken)).WasCordoned;
    }

    /// <summary>Verifies that this run still has the claim and the Lease.</summary>
    /// <exception cref="ClaimLostException">The claim is gone or belongs to another run.</exception>
    public async Task EnsureAsync(string name, string uid, CancellationToken cancellationToken)
    {
        await EnsureHeldAsync(cancellationToken);
        if (!await _writer.IsClaimedAsync(name, uid, cancellationToken))
            throw new ClaimLostException(null);
    }

    /// <summary>Restores the node, and releases the claim.</summary>
    /// <returns>False if the claim was gone.</returns>
    public async Task<bool> ReleaseAsync(string name, string uid, CancellationToken cancellationToken)
    {
        await EnsureHeldAsync(cancellationToken);
        return await _writer.ReleaseAsync(name, uid, cancellationToken);
    }

    /// <summary>Releases claims of unchanged nodes when the command is stopped.</summary>
    public async Task ReleaseQuietlyAsync(string name, string uid)
    {
        using CancellationTokenSource limit = CleanUpLimit.Start();
        await ReleaseQuietlyAsync(() => _writer.ReleaseAsync(name, uid, limit.Token));
    }

    public async ValueTask DisposeAsync()
    {
        if (_isHeld && !_lease.Lost.IsCancellationRequested)
        {
            using CancellationTokenSource limit = CleanUpLimit.Start();
            await ReleaseQuietlyAsync(() => _lease.ReleaseAsync(limit.Token));
            await ReleaseQuietlyAsync(() =>
                _scope.Client.DeleteAsync(Resources.Leases, RunLayout.NameOf(Run), _scope.Namespace, new(), limit.Token)
            );
        }

        await _writer.Locks.DisposeAsync();
        await _lease.DisposeAsync();
        _turn.Dispose();
    }

    private async Task EnsureHeldAsync(CancellationToken cancellationToken)
    {
        if (!_isHeld)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (!_isHeld)
                {
                    await _scope.Retry.RunAsync(
                        token => RunNamespace.EnsureAsync(_scope, () => _lease.TakeAsync(static _ => { }, token), token),
                        cancellationToken
                    );
                    _isHeld = true;
                }
            }
            finally
            {
                _turn.Release();
            }
        }

        await _lease.WaitUntilHeldAsync(cancellationToken);
    }

    private static async Task ReleaseQuietlyAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception)
        {
            // The Lease expires, and another process can take a claim without one.
        }
    }
}
