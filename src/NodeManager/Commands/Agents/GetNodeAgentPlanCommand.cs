using NodeManager.Kubernetes.Selectors;
using NodeManager.Providers.Agents;

namespace NodeManager.Commands;

/// <summary>Lists the changes that agents requested, as a server planned them.</summary>
[Cmdlet(VerbsCommon.Get, "NodeAgentPlan")]
[OutputType(typeof(NodeAgentPlan))]
public sealed class GetNodeAgentPlanCommand : AgentPlanCmdlet
{
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = ["*"];

    [Parameter]
    [ValidateSet(
        AgentPlanStatus.Pending,
        AgentPlanStatus.Approved,
        AgentPlanStatus.Denied,
        AgentPlanStatus.Expired,
        AgentPlanStatus.Running,
        AgentPlanStatus.Completed,
        AgentPlanStatus.Failed,
        AgentPlanStatus.Refused
    )]
    public string[]? Status { get; set; }

    private protected override void End() =>
        Start(
            Uri,
            async worker =>
            {
                using AgentPlanClient client = Connect(Uri);
                IReadOnlyList<NodeAgentPlan> plans = await client.ListAsync(worker.Token);
                foreach (
                    string missing in Id.Where(id =>
                        !NamePattern.IsWildcard(id) && !plans.Any(plan => plan.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
                    )
                )
                {
                    worker.Error(
                        new NodeManagerException(
                            ErrorIds.AgentPlanNotFound,
                            ErrorKind.ObjectNotFound,
                            $"Plan '{missing}' does not exist.",
                            missing,
                            "List the plans with Get-NodeAgentPlan."
                        ),
                        missing
                    );
                }

                Predicate<string> isNamed = NamePattern.Any(Id);
                foreach (
                    NodeAgentPlan plan in plans.Where(plan =>
                        isNamed(plan.Id) && Status?.Contains(plan.Status, StringComparer.OrdinalIgnoreCase) != false
                    )
                )
                    worker.Output(plan);
            }
        );
}
