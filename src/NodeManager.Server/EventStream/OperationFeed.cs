using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NodeManager.Server.Agents.Plans;
using NodeManager.Server.Operations;

namespace NodeManager.Server.EventStream;

/// <summary>Writes start and end of operations, and changes of the plans of agents, into the event log, so that every page shows them.</summary>
internal sealed class OperationFeed(OperationRegistry operations, AgentPlanStore plans, EventLog log, IOptions<JsonOptions> json)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        operations.Changed += Write;
        plans.Changed += WritePlans;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        operations.Changed -= Write;
        plans.Changed -= WritePlans;
        return Task.CompletedTask;
    }

    // Without content: a reader of nodes may not see pods, which plans name.
    private void WritePlans() => log.Write("plans", "{}");

    private void Write(TrackedOperation tracked) =>
        log.Write(
            "operation",
            JsonSerializer.Serialize(
                new ApiOperationChange(
                    tracked.Operation.Id,
                    tracked.Operation.Kind,
                    tracked.Operation.Target,
                    tracked.Operation.State.ToString()
                ),
                json.Value.SerializerOptions
            )
        );
}
