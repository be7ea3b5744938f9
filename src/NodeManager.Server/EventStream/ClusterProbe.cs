using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.EventStream;

/// <summary>
/// Reports in the event log when the API server last answered. Connections to a hanging API server stay open, and its watches are as silent as
/// those of an idle cluster: only a request distinguishes them. Likewise, readers recognize a hanging server by missing reports.
/// </summary>
internal sealed class ClusterProbe(ClusterSession cluster, EventLog log, IOptions<JsonOptions> json) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeProvider time = cluster.Session.Time();
        DateTimeOffset answeredAt = time.GetUtcNow();
        while (cluster.IsOpen)
        {
            await Task.Delay(Interval, time, stoppingToken);
            bool answers = await AnswersAsync(time, stoppingToken);
            if (answers)
                answeredAt = time.GetUtcNow();
            log.Write("cluster", JsonSerializer.Serialize(new ApiClusterEvent(answers, answeredAt), json.Value.SerializerOptions));
        }
    }

    private async Task<bool> AnswersAsync(TimeProvider time, CancellationToken stop)
    {
        using CancellationTokenSource limit = new(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await cluster.Session.Connection().Client.GetVersionAsync(either.Token);
            return true;
        }
        catch (KubernetesException)
        {
            // A refusal is a response.
            return true;
        }
        catch (Exception failure)
            when (!stop.IsCancellationRequested
                && failure is OperationCanceledException or HttpRequestException or IOException or NodeManagerException
            )
        {
            return false;
        }
    }
}
