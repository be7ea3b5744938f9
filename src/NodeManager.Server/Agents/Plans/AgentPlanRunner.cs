using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Drains;
using NodeManager.Maintenance;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Agents.Plans;

/// <summary>Applies approved plans once, if nothing relevant has changed since; otherwise the error names the differences.</summary>
internal sealed class AgentPlanRunner(ClusterSession cluster, AgentPlanStore plans, OperationRegistry operations)
{
    // A heartbeat between read and patch causes a conflict that does not affect the approval.
    private const int Tries = 5;

    private NodeManagerSession Session => cluster.Session;

    /// <returns>The new state of the plan. A drain is still running as an operation.</returns>
    /// <exception cref="NodeManagerException">The plan must not be applied, is outdated (AgentPlanOutdated), or failed.</exception>
    public async Task<AgentPlan> ApplyAsync(string id, AgentCaller caller, CancellationToken stop)
    {
        AgentPlan plan = plans.Take(id, caller);
        int done = 0;
        try
        {
            foreach (ClusterNode node in plan.Nodes)
                await UnchangedAsync(plan, node, stop);
            if (plan.Change.Action == AgentAction.Drain)
                return await DrainAsync(plan, stop);
            for (; done < plan.Nodes.Count; done++)
                await EditAsync(plan, plan.Nodes[done], stop);
            return plans.End(id, AgentPlanStatus.Completed, $"{plan.Change.Action} was applied to {string.Join(", ", plan.Nodes)}.");
        }
        catch (NodeManagerException failure) when (done > 0 && done < plan.Nodes.Count)
        {
            NodeManagerException partial = Partial(plan, done, failure);
            plans.End(id, AgentPlanStatus.Failed, partial.Message);
            throw partial;
        }
        catch (NodeManagerException failure)
        {
            bool isRefused = failure.ErrorId is ErrorIds.AgentPlanOutdated or ErrorIds.NodeInMaintenance;
            plans.End(
                id,
                isRefused ? AgentPlanStatus.Refused : AgentPlanStatus.Failed,
                isRefused ? $"{failure.Message} Nothing was applied." : failure.Message
            );
            throw;
        }
        catch
        {
            plans.End(id, AgentPlanStatus.Failed, "It was interrupted. Check the nodes before another plan.");
            throw;
        }
    }

    private async Task EditAsync(AgentPlan plan, ClusterNode planned, CancellationToken stop)
    {
        for (int attempt = 1; ; attempt++)
        {
            ClusterNode now = await UnchangedAsync(plan, planned, stop);
            try
            {
                await AgentPlanner.EditAsync(Session, new(now.Name, now.Uid, now.ResourceVersion), plan.Change, dryRun: false, stop);
                return;
            }
            catch (NodeManagerException changed) when (changed.ErrorId == ErrorIds.Conflict && attempt < Tries) { }
        }
    }

    private async Task<AgentPlan> DrainAsync(AgentPlan plan, CancellationToken stop)
    {
        IReadOnlyList<NodeTarget> nodes = [.. plan.Nodes.Select(AgentPlanner.TargetOf)];
        // Listed from the API server: a cache may lack a pod that was not in the approved plan.
        IReadOnlyList<NodeDrainPlan> now = await DrainPlanner.PlanAsync(
            Session,
            nodes,
            AgentPlanner.DrainOptionsOf(plan.Change),
            stop,
            usesCaches: false
        );
        string[] before = [.. plan.Drains.SelectMany(Facts).Order(StringComparer.Ordinal)];
        string[] after = [.. now.SelectMany(Facts).Order(StringComparer.Ordinal)];
        if (!before.SequenceEqual(after, StringComparer.Ordinal))
        {
            throw Outdated(
                plan,
                string.Join(
                    "; ",
                    before
                        .Except(after)
                        .Select(static fact => $"no longer: {fact}")
                        .Concat(after.Except(before).Select(static fact => $"new: {fact}"))
                        .Take(10)
                )
            );
        }

        string reason = $"{plan.Id} of {plan.By.Name}, approved by {plan.DecidedBy}";
        TrackedOperation drain = operations.Start(
            $"{plan.By.Name} ({plan.Id}, approved by {plan.DecidedBy})",
            static result => result,
            () => NodeOperations.StartDrain(new DrainRequest(Session, nodes, AgentPlanner.DrainOptionsOf(plan.Change, reason)))
        );
        AgentPlan followed = plans.SetOperation(plan.Id, drain.Operation.Id);
        _ = EndAsync(plan.Id, drain.Operation);
        return followed;
    }

    private async Task EndAsync(string id, RunningOperation drain)
    {
        OperationState state = await drain.Completion;
        plans.End(
            id,
            state == OperationState.Succeeded ? AgentPlanStatus.Completed : AgentPlanStatus.Failed,
            string.Join("; ", drain.Results.OfType<NodeDrainResult>().Select(static result => $"{result.Node}: {result.Status}"))
        );
    }

    // The facts of an approval: pods to evict and blockers.
    private static IEnumerable<string> Facts(NodeDrainPlan plan) =>
        [
            $"{plan.Node} is {plan.Status}",
            .. plan.Pods.Select(pod => $"{pod.Decision} pod {pod.Namespace}/{pod.Name} ({pod.Uid}) on {plan.Node}"),
            .. plan.Blockers.Select(blocker => $"{plan.Node}: {blocker}"),
        ];

    private async Task<ClusterNode> UnchangedAsync(AgentPlan plan, ClusterNode planned, CancellationToken stop)
    {
        ClusterNode now;
        try
        {
            now = await NodeEditor.ReadAsync(Session, AgentPlanner.TargetOf(planned), stop);
        }
        catch (NodeManagerException gone) when (gone.ErrorId is ErrorIds.NodeNotFound or ErrorIds.NodeReplaced)
        {
            throw Outdated(plan, gone.Message.TrimEnd('.'));
        }

        if (now.ResourceVersion != planned.ResourceVersion && NodeEditor.Describe(planned, now) is { Length: > 0 } difference)
            throw Outdated(plan, $"node {planned.Name} has changed: {difference}");
        // A run that was resumed since the request has the same claim on the node.
        await AgentPlanner.RequireReleasedAsync(Session, now, plan.Change, stop);
        return now;
    }

    private static NodeManagerException Outdated(AgentPlan plan, string difference) =>
        new(
            ErrorIds.AgentPlanOutdated,
            ErrorKind.ResourceBusy,
            $"Plan '{plan.Id}' no longer fits the cluster: {difference}.",
            plan.Id,
            "Nothing was applied. Request a new plan."
        );

    private static NodeManagerException Partial(AgentPlan plan, int done, NodeManagerException failure)
    {
        string remaining = string.Join(", ", plan.Nodes.Skip(done + 1));
        return new(
            failure.ErrorId,
            failure.Kind,
            $"{plan.Change.Action} was applied to {string.Join(", ", plan.Nodes.Take(done))}, and failed for {plan.Nodes[done]}: {failure.Message}"
                + (remaining.Length > 0 ? $" It was not applied to {remaining}." : ""),
            plan.Id,
            "Check these nodes, and request a new plan for the nodes without the change.",
            failure
        );
    }
}
