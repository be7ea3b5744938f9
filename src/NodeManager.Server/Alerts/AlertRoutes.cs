using NodeManager.Server.Access;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Alerts;

/// <summary>Alerts of the server's monitor. The event stream reports their changes.</summary>
internal static class AlertRoutes
{
    public const string Path = "/api/v1/alerts";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet(Path, (AlertService alerts) => Results.Json(alerts.Read(), AlertRouteJson.Default.ApiAlerts))
            // Findings name the pods that they are about.
            .ForViewers(ListNodes, ListPods)
            .WithTags("Alerts")
            .Produces<ApiAlerts>();
}
