using System.Net;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// Sets the nodes' conditions for a planned maintenance and one in progress. A missing permission to write them, or a server that does not
/// accept them, is one warning, and the maintenance continues.
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

    /// <summary>The node's maintenance is over; where it is back in service, so is what its drain had said.</summary>
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
        if (!LifecycleConditions.AreWanted(options.Drain.Condition, (await scope.Client.GetCapabilitiesAsync(cancellationToken)).Minor))
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
            // A deleted node reports nothing.
            if (refused.Code != HttpStatusCode.NotFound)
                scope.ConditionRefusals.Tell(name, refused);
        }
    }
}
