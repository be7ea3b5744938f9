namespace NodeManager.Commands;

/// <summary>Lets an agent apply a plan once.</summary>
[Cmdlet(
    VerbsLifecycle.Approve,
    "NodeAgentPlan",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = ById
)]
[OutputType(typeof(NodeAgentPlan))]
public sealed class ApproveNodeAgentPlanCommand : AgentPlanDecisionCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    private protected override bool IsApproval => true;
}
