using System.Security;
using NodeManager.Providers.Agents;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet for the plans of agents at a NodeManager server.</summary>
public abstract class AgentPlanCmdlet : AsyncCmdlet
{
    /// <summary>A token of the server. A decision needs the token of an admin that no agent has.</summary>
    [Parameter(Mandatory = true)]
    [SecretText]
    [ValidateNotNull]
    public SecureString? Token { get; set; }

    [Parameter]
    [ValidateNotNull]
    public Uri Uri { get; set; } = new("http://127.0.0.1:8080");

    private protected AgentPlanClient Connect(Uri server) => new(server, SecretTextAttribute.Read(Token!));
}

/// <summary>Approves or denies plans of agents.</summary>
public abstract class AgentPlanDecisionCmdlet : AgentPlanCmdlet
{
    private protected const string ById = "ById";
    private protected const string ByObject = "ByObject";

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A plan from Get-NodeAgentPlan, which belongs to its server.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByObject)]
    [ValidateNotNull]
    public NodeAgentPlan? InputObject { get; set; }

    private protected abstract bool IsApproval { get; }

    private protected override void Process()
    {
        if (InputObject is { } plan)
            Decide(IsBound(nameof(Uri)) ? Uri : new(plan.Server), plan.Id);
        else
            foreach (string id in Id)
                Decide(Uri, id);
    }

    /// <summary>Reads a plan from the server, then approves or denies it after confirmation.</summary>
    private void Decide(Uri server, string id) =>
        Start(
            id,
            async worker =>
            {
                using AgentPlanClient client = Connect(server);
                NodeAgentPlan plan = await client.GetAsync(id, worker.Token);
                string steps = string.Join("; ", plan.Steps);
                string action = IsApproval
                    ? $"Let agent '{plan.RequestedBy}' apply once: {steps}{(plan.Warnings.Count > 0 ? $" (warnings: {string.Join("; ", plan.Warnings)})" : "")}"
                    : $"Deny agent '{plan.RequestedBy}': {steps}";
                if (await worker.ShouldProcessLocallyAsync($"{plan.Id} of cluster '{plan.Cluster}'", action))
                    worker.Output(await client.DecideAsync(id, IsApproval, (this as IClusterChange)?.ConfirmCluster, worker.Token));
            }
        );
}
