using System.Net;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// Sets the node conditions for a planned maintenance and one in progress. If they cannot be written, one warning says so and the
/// maintenance continues.
/// </summary>
internal sealed class MaintenanceConditions(MaintenanceScope scope, MaintenanceOptions options)
{
    private static readonly string[] OfMaintenance =
    [
        NodeLifecycleCondition.MaintenancePlanned,
        NodeLifecycleCondition.MaintenanceInProgress,
    ];

    public Task PlanAsync(string node, CancellationToken cancellationToken) =>
        WriteAsync(
            node,
            (current, token) =>
                LifecycleConditions.SetAsync(
                    scope.Client,
                    scope.Now,
                    current,
                    [(NodeLifecycleCondition.MaintenancePlanned, true, "Maintenance", Message)],
                    token
                ),
            cancellationToken
        );

    public Task BeginAsync(string node, CancellationToken cancellationToken) =>
        WriteAsync(
            node,
            (current, token) =>
                LifecycleConditions.SetAsync(
                    scope.Client,
                    scope.Now,
                    current,
                    [
                        (NodeLifecycleCondition.MaintenanceInProgress, true, "Maintenance", Message),
                        (NodeLifecycleCondition.MaintenancePlanned, false, "Maintenance", ""),
                    ],
                    token
                ),
            cancellationToken
        );

    /// <summary>Ends the node's maintenance conditions; for a node back in service also its drain conditions.</summary>
    public Task EndAsync(string node, string reason, bool isBack, CancellationToken cancellationToken) =>
        WriteAsync(
            node,
            (current, token) =>
                LifecycleConditions.ClearAsync(
                    scope.Client,
                    scope.Now,
                    current,
                    isBack ? [.. OfMaintenance, NodeLifecycleCondition.DrainInProgress, NodeLifecycleCondition.Drained] : OfMaintenance,
                    reason,
                    token
                ),
            cancellationToken
        );

    private string Message => $"{scope.Session.Who()}{(options.Drain.Reason.Length > 0 ? $": {options.Drain.Reason}" : "")}";

    private async Task WriteAsync(string name, Func<Node, CancellationToken, Task<Node?>> write, CancellationToken cancellationToken)
    {
        if (!LifecycleConditions.AreEnabled(options.Drain.Condition, (await scope.Client.GetCapabilitiesAsync(cancellationToken)).Minor))
            return;
        try
        {
            await scope.Retry.RunAsync(
                async token => await write(await scope.Client.GetAsync(Resources.Nodes, name, null, token), token),
                cancellationToken
            );
        }
        catch (KubernetesException refused)
        {
            // A deleted node has no conditions.
            if (refused.Code != HttpStatusCode.NotFound)
                scope.ConditionRefusals.Report(name, refused);
        }
    }
}
