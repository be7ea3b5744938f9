using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Parameters;

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
public sealed class DenyNodeAgentPlanCommand : AgentPlanCmdlet, ILocalChange
{
    private const string ById = "ById";
    private const string ByObject = "ByObject";

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
            Decide(IsBound(nameof(Uri)) ? Uri : new(plan.Server), plan.Id, approve: false);
        else
            foreach (string id in Id)
                Decide(Uri, id, approve: false);
    }
}
