using NodeManager.Monitoring.Alerts.Silences;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Alerts;

/// <summary>Silences of alerts, which all monitors of the cluster respect.</summary>
internal sealed class SilenceRoutes(ClusterSession cluster)
{
    public const string Path = AlertRoutes.Path + "/silences";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(Path).WithTags("Alerts");
        routes.MapGet("", ListAsync).ForViewers(ListNodes, ListRuns).Produces<List<ApiAlertSilence>>();
        routes
            .MapPost("", CreateAsync)
            .ForAdmins(ListNodes, RunMap("create"), RunMap("patch"))
            .Produces<ApiAlertSilence>(StatusCodes.Status201Created)
            .Produces<ApiError>(StatusCodes.Status400BadRequest);
        routes
            .MapDelete("/{id}", RemoveAsync)
            .ForAdmins(ListNodes, RunMap("delete"))
            .Produces(StatusCodes.Status204NoContent)
            .Produces<ApiError>(StatusCodes.Status404NotFound);
    }

    private async Task<IResult> ListAsync(CancellationToken stop) =>
        Results.Json(
            [.. (await AlertSilences.ListAsync(cluster.Session, all: false, stop)).Select(ApiAlertSilence.Of)],
            AlertRouteJson.Default.ListApiAlertSilence
        );

    private async Task<IResult> CreateAsync(ApiAlertSilenceRequest body, CancellationToken stop)
    {
        string reason = ApiBody.Required(body.Reason, "reason");
        AlertSilenceRequest request = body.Labels is { Count: > 0 } labels
            ? AlertSilenceRequest.Of(labels, body.Nodes ?? [], reason)
            : new()
            {
                Nodes = body.Nodes ?? [],
                Causes = body.Causes ?? [],
                Reason = reason,
            };
        NodeAlertSilence silence = await AlertSilences.CreateAsync(
            cluster.Session,
            request with
            {
                Duration = ApiBody.Seconds(body.DurationSeconds, "duration_seconds") ?? request.Duration,
                UntilResolved = body.UntilResolved == true,
            },
            dryRun: false,
            stop
        );
        return Results.Json(ApiAlertSilence.Of(silence), AlertRouteJson.Default.ApiAlertSilence, statusCode: StatusCodes.Status201Created);
    }

    private async Task<IResult> RemoveAsync(string id, CancellationToken stop)
    {
        await AlertSilences.RemoveAsync(cluster.Session, id, stop);
        return Results.NoContent();
    }
}
