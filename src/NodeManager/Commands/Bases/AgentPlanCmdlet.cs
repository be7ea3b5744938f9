using System.Management.Automation;
using System.Security;
using NodeManager.Parameters;
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

    /// <summary>Reads a plan from the server, then approves or denies it after confirmation.</summary>
    private protected void Decide(Uri server, string id, bool approve) =>
        Start(
            id,
            async worker =>
            {
                using AgentPlanClient client = Connect(server);
                NodeAgentPlan plan = await client.GetAsync(id, worker.Token);
                string steps = string.Join("; ", plan.Steps);
                string action = approve
                    ? $"Let agent '{plan.RequestedBy}' apply once: {steps}{(plan.Warnings.Count > 0 ? $" (warnings: {string.Join("; ", plan.Warnings)})" : "")}"
                    : $"Deny agent '{plan.RequestedBy}': {steps}";
                if (await worker.ShouldProcessLocallyAsync($"{plan.Id} of cluster '{plan.Cluster}'", action))
                    worker.Output(await client.DecideAsync(id, approve, (this as IClusterChange)?.ConfirmCluster, worker.Token));
            }
        );

    private protected AgentPlanClient Connect(Uri server) => new(server, SecretTextAttribute.Read(Token!));
}
