using System.Net;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// Reconciles claims: Launched, Registered, Initialized, Ready, or Failed; and their deletion. Each step is recorded before and after it,
/// so that the next process knows what may exist.
/// </summary>
internal sealed class ClaimReconciler
{
    private readonly ClaimWork _work;
    private readonly ClaimLauncher _launcher;
    private readonly ClaimRegistrar _registrar;
    private readonly ClaimTerminator _terminator;
    private readonly ClaimDrains _drains;

    /// <param name="enqueue">Requeues a claim.</param>
    /// <param name="stop">Ends the work beside the queue.</param>
    public ClaimReconciler(AutoscalerScope scope, Action<ReconcileKey> enqueue, CancellationToken stop)
    {
        _work = new(scope);
        var remover = new MachineRemover(_work);
        var closer = new AttemptCloser(_work, remover);
        _drains = new(_work, claim => enqueue(new(claim.Metadata.Namespace!, claim.Metadata.Name)), stop);
        _launcher = new(_work, closer);
        var replaced = new ReplacedMachines(_work);
        _registrar = new(_work, closer, replaced);
        _terminator = new(_work, remover, _drains, replaced);
    }

    public async Task<ReconcileResult> ReconcileAsync(ReconcileKey key, CancellationToken cancellationToken)
    {
        if (_work.Scope.Claims.Find(key.Namespace, key.Name) is not { } claim)
            return ReconcileResult.Done;
        try
        {
            return await ReconcileAsync(claim, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            // The input of the decision is stale.
            if (await _work.Scope.ClaimWriter.ReadAsync(claim, cancellationToken) is null)
                return ReconcileResult.Done;
            throw;
        }
    }

    /// <summary>The claim is gone.</summary>
    public void Remove(NodeSmithClaim claim)
    {
        _work.Remove(claim.Metadata.Uid!);
        _drains.Remove(claim.Metadata.Uid!);
        _work.Scope.Decisions.End(claim.Spec.PoolRef, $"claim/{claim.Metadata.Name}", "The claim was deleted.");
    }

    /// <summary>The settings or credentials of its provider have changed: retries immediately.</summary>
    public void Resume(NodeSmithClaim claim) => _work.Backoff.Succeeded(claim.Metadata.Uid!);

    /// <summary>Completes when no work continues beside the queue.</summary>
    public Task EndAsync() => _drains.EndAsync();

    private async Task<ReconcileResult> ReconcileAsync(NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        // The command that abandons it does the rest.
        if (claim.Metadata.Annotations?.ContainsKey(NodeSmithNames.AbandonedAnnotation) == true)
            return ReconcileResult.Done;
        bool isHeld = NodeSmithWriter<NodeSmithClaim, NodeSmithClaimSpec, NodeSmithClaimStatus>.IsHeld(claim);
        if (claim.Metadata.DeletionTimestamp is not null)
            return isHeld ? await _terminator.EndAsync(claim, cancellationToken) : ReconcileResult.Done;
        if (!isHeld)
            claim = await _work.Scope.ClaimWriter.AddFinalizerAsync(claim, cancellationToken);
        if (ClaimAttempts.HasFailed(claim))
            return ReconcileResult.Done;
        if (NodeSmithRules.Check(claim) is { Count: > 0 } problems && !ClaimAttempts.MayHaveMachine(claim))
            return await _work.StallAsync(
                claim,
                NodeSmithConditions.Launched,
                "False",
                "Invalid",
                string.Join("; ", problems),
                null,
                cancellationToken
            );
        return string.IsNullOrEmpty(claim.Status?.ProviderID)
            ? await _launcher.LaunchAsync(claim, cancellationToken)
            : await _registrar.FollowAsync(claim, cancellationToken);
    }
}
