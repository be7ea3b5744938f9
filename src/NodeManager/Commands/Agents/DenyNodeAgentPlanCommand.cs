namespace NodeManager.Commands;

/// <summary>Denies the plan of an agent.</summary>
[Cmdlet(
    VerbsLifecycle.Deny,
    "NodeAgentPlan",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = ById
)]
[OutputType(typeof(NodeAgentPlan))]
public sealed class DenyNodeAgentPlanCommand : AgentPlanDecisionCmdlet, ILocalChange
{
    private protected override bool IsApproval => false;
}
