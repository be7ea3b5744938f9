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
    private bool _isBegun;

    /// <summary>Both conditions in one patch: a watch never shows a node as both drained and draining.</summary>
    public async Task BeginAsync(Node node, CancellationToken cancellationToken)
    {
        if (!LifecycleConditions.AreEnabled(scope.Options.Condition, minorVersion))
            return;
        string message = $"{scope.Session.Who()}{(scope.Options.Reason.Length > 0 ? $": {scope.Options.Reason}" : "")}";
        try
        {
            await scope.Throttle.WaitAsync(cancellationToken);
            try
            {
                await LifecycleConditions.SetAsync(
                    scope.Client,
                    scope.Now,
                    node,
                    [
                        (NodeLifecycleCondition.DrainInProgress, true, "Draining", message),
                        (NodeLifecycleCondition.Drained, false, "Draining", ""),
                    ],
                    cancellationToken
                );
            }
            finally
            {
                scope.Throttle.Release();
            }

            _isBegun = true;
        }
        catch (KubernetesException refused)
        {
            note(
                $"The conditions {NodeLifecycleCondition.DrainInProgress} and {NodeLifecycleCondition.Drained} cannot be written: {refused.Message}"
            );
            scope.ConditionRefusals.Report(node.Metadata.Name, refused);
        }
    }

    /// <summary>Reports the end; does nothing if no drain was begun.</summary>
    public async Task EndAsync(Node node, NodeDrainResult result, CancellationToken cancellationToken)
    {
        if (!_isBegun)
            return;
        bool isDrained = result.Status == NodeDrainStatus.Drained;
        string reason = isDrained ? "Drained" : $"Drain{result.Status}";
        try
        {
            await LifecycleConditions.SetAsync(
                scope.Client,
                scope.Now,
                node,
                [
                    (NodeLifecycleCondition.DrainInProgress, false, reason, result.Message),
                    (NodeLifecycleCondition.Drained, isDrained, reason, result.Message),
                ],
                cancellationToken
            );
        }
        catch (KubernetesException refused)
        {
            note(
                $"The conditions {NodeLifecycleCondition.DrainInProgress} and {NodeLifecycleCondition.Drained} were not updated at the end of the drain: {refused.Message}"
            );
            scope.ConditionRefusals.Report(node.Metadata.Name, refused);
        }
    }
}
