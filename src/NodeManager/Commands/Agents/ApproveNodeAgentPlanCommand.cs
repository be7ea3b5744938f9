using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Parameters;

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
public sealed class ApproveNodeAgentPlanCommand : AgentPlanCmdlet, IClusterChange
{
    private const string ById = "ById";
    private const string ByObject = "ByObject";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A plan from Get-NodeAgentPlan, which belongs to its server.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByObject)]
    [ValidateNotNull]
    public NodeAgentPlan? InputObject { get; set; }

    private protected override void Process()
    {
        if (InputObject is { } plan)
            Decide(IsBound(nameof(Uri)) ? Uri : new(plan.Server), plan.Id, approve: true);
        else
            foreach (string id in Id)
                Decide(Uri, id, approve: true);
    }
}
