using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Drains.Execution;

/// <summary>
/// Sets the node conditions for a drain in progress and a completed one. If they cannot be written, a warning (in the node's result, and
/// once for the call) says so and the drain continues.
/// </summary>
internal sealed class DrainConditions(DrainScope scope, int minorVersion, Action<string> note)
{
    private Task<bool>? _begun;

    /// <summary>
    /// Both conditions in one patch: a watch never shows a node as both drained and draining. The request is not cancelled with the drain:
    /// the server may have applied it, and the end has to replace them.
    /// </summary>
    /// <param name="over">Cancelled when the result of the drain is known.</param>
    public Task BeginAsync(Node node, CancellationToken over, CancellationToken cancellationToken)
    {
        _begun = WriteBeginAsync(node, over, cancellationToken);
        return _begun.WaitAsync(cancellationToken);
    }

    /// <summary>Reports the end; does nothing if no drain was begun.</summary>
    public async Task EndAsync(Node node, NodeDrainResult result, CancellationToken cancellationToken)
    {
        if (_begun is null)
            return;
        await ((Task)_begun).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A failure may have lost the answer only.
        if (_begun.IsCanceled || (_begun.IsCompletedSuccessfully && !await _begun))
            return;
        bool isDrained = result.Status == NodeDrainStatus.Drained;
        string reason = isDrained ? "Drained" : $"Drain{result.Status}";
        await SetAsync(
            node,
            [
                (NodeLifecycleCondition.DrainInProgress, false, reason, result.Message),
                (NodeLifecycleCondition.Drained, isDrained, reason, result.Message),
            ],
            "were not updated at the end of the drain",
            cancellationToken
        );
    }

    private async Task<bool> WriteBeginAsync(Node node, CancellationToken over, CancellationToken cancellationToken)
    {
        if (!LifecycleConditions.AreEnabled(scope.Options.Condition, minorVersion))
            return false;
        string message = $"{scope.Session.Who()}{(scope.Options.Reason.Length > 0 ? $": {scope.Options.Reason}" : "")}";
        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            return await SetAsync(
                node,
                [
                    (NodeLifecycleCondition.DrainInProgress, true, "Draining", message),
                    (NodeLifecycleCondition.Drained, false, "Draining", ""),
                ],
                "cannot be written",
                over
            );
        }
        finally
        {
            scope.Throttle.Release();
        }
    }

    /// <returns>False if the server refused.</returns>
    private async Task<bool> SetAsync(
        Node node,
        IReadOnlyList<(string Type, bool Status, string Reason, string Message)> conditions,
        string refusal,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await LifecycleConditions.SetAsync(scope.Client, scope.Now, node, conditions, cancellationToken);
            return true;
        }
        catch (KubernetesException refused)
        {
            note(
                $"The conditions {NodeLifecycleCondition.DrainInProgress} and {NodeLifecycleCondition.Drained} {refusal}: {refused.Message}"
            );
            scope.ConditionRefusals.Report(node.Metadata.Name, refused);
            return false;
        }
    }
}
