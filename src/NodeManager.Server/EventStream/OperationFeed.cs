using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NodeManager.Server.Operations;

namespace NodeManager.Server.EventStream;

/// <summary>Writes start and end of operations into the event log, so that every page shows them.</summary>
internal sealed class OperationFeed(OperationRegistry operations, EventLog log, IOptions<JsonOptions> json) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        operations.Changed += Write;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        operations.Changed -= Write;
        return Task.CompletedTask;
    }

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
