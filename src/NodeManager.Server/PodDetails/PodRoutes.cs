using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Server.Access;
using NodeManager.Server.NodeDetails;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.PodDetails;

/// <summary>One pod: its events, PodDisruptionBudgets and logs, and the YAML of objects. Read with the rights of the caller.</summary>
internal static class PodRoutes
{
    private const int MaximumFoundPods = 100;
    private const int MaximumEvents = 200;
    private const int MaximumLines = 10_000;
    private const int MaximumLogBytes = 1 << 20;

    // Never Secrets, and nothing else that a node or a drain does not need.
    private static readonly ResourceType<PartialObjectMetadata>[] Kinds =
    [
        Resources.Nodes.MetadataOnly(),
        Resources.Pods.MetadataOnly(),
        Resources.Deployments.MetadataOnly(),
        Resources.ReplicaSets.MetadataOnly(),
        Resources.StatefulSets.MetadataOnly(),
        Resources.DaemonSets.MetadataOnly(),
        new("batch", "v1", "jobs", true, Resources.Pods.Json),
    ];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder pods = endpoints.MapGroup("/api/v1/pods").WithTags("Nodes");
        pods.MapGet("", FindAsync).ForViewers(ListPods).Produces<List<ApiFoundPod>>().Produces<ApiError>(StatusCodes.Status400BadRequest);
        Read(pods.MapGet("/{ns}/{name}/events", EventsAsync)).Produces<List<ApiKubernetesEvent>>();
        Read(pods.MapGet("/{ns}/{name}/budgets", BudgetsAsync)).Produces<List<ApiPodBudget>>();
        Read(pods.MapGet("/{ns}/{name}/log", LogAsync)).Produces<string>(StatusCodes.Status200OK, "text/plain");
        Read(endpoints.MapGroup("/api/v1/objects").WithTags("Nodes").MapGet("/{kind}/{name}", ObjectAsync)).Produces<JsonObject>();
    }

    // The API server decides with the caller's own token.
    private static RouteHandlerBuilder Read(RouteHandlerBuilder route) =>
        route
            .ForAnyViewer()
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiError>(StatusCodes.Status403Forbidden)
            .Produces<ApiError>(StatusCodes.Status404NotFound);

    private static async Task<IResult> FindAsync(
        [FromQuery(Name = "search")] string? search,
        [FromQuery(Name = "limit")] string? limit,
        LiveNodeService live,
        CancellationToken stop
    )
    {
        int count = ApiQuery.ParseNumber(limit, "limit", 20, 1, MaximumFoundPods);
        LiveNodes nodes = await live.ReadyAsync(stop);
        return Results.Json(
            [.. nodes.FindPods(search ?? "", count).Select(static pod => new ApiFoundPod(pod.Namespace, pod.Name, pod.Node))],
            DetailJson.Default.ListApiFoundPod
        );
    }

    private static async Task<IResult> EventsAsync(string ns, string name, HttpContext context, CallerReader reader)
    {
        ListOptions options = new()
        {
            Namespace = ns,
            FieldSelector = FieldSelector.And(
                FieldSelector.Equal("involvedObject.kind", "Pod"),
                FieldSelector.Equal("involvedObject.name", name)
            ),
        };
        KubernetesList<Event> events = await reader.ReadAsync(
            context,
            $"{ns}/{name}",
            (client, token) => client.ListAsync(Resources.Events, options, token)
        );
        return Results.Json(
            [
                .. events
                    .Items.OrderByDescending(static one => one.LastAt())
                    .Take(MaximumEvents)
                    .Select(static one => new ApiKubernetesEvent(
                        one.LastAt(),
                        one.Type ?? "",
                        one.Reason ?? "",
                        one.Message ?? "",
                        one.Reporter(),
                        one.Count ?? 1
                    )),
            ],
            DetailJson.Default.ListApiKubernetesEvent
        );
    }

    private static async Task<IResult> BudgetsAsync(string ns, string name, HttpContext context, CallerReader reader)
    {
        (Pod pod, KubernetesList<PodDisruptionBudget> budgets) = await reader.ReadAsync(
            context,
            $"{ns}/{name}",
            async (client, token) =>
            {
                string version = (await client.GetCapabilitiesAsync(token)).BudgetVersion;
                Task<Pod> pod = client.GetAsync(Resources.Pods, name, ns, token);
                Task<KubernetesList<PodDisruptionBudget>> budgets = client.ListAsync(
                    Resources.PodDisruptionBudgets(version),
                    new() { Namespace = ns },
                    token
                );
                return (await pod, await budgets);
            }
        );
        return Results.Json(
            [
                .. budgets
                    .Items.Where(one => one.Spec.Selector.Matches(pod.Metadata.Labels))
                    .Select(static one => new ApiPodBudget(
                        one.Metadata.Name,
                        one.Spec.MinAvailable?.ToString(),
                        one.Spec.MaxUnavailable?.ToString(),
                        one.Status.CurrentHealthy,
                        one.Status.DesiredHealthy,
                        one.Status.DisruptionsAllowed
                    )),
            ],
            DetailJson.Default.ListApiPodBudget
        );
    }

    private static async Task<IResult> LogAsync(
        string ns,
        string name,
        [FromQuery(Name = "container")] string? container,
        [FromQuery(Name = "previous")] string? previous,
        [FromQuery(Name = "tail")] string? tail,
        HttpContext context,
        CallerReader reader
    )
    {
        LogOptions options = new()
        {
            Container = string.IsNullOrEmpty(container) ? null : container,
            IsPrevious = ApiQuery.ParseFlag(previous, "previous", false),
            TailLines = ApiQuery.ParseNumber(tail, "tail", 500, 1, MaximumLines),
            LimitBytes = MaximumLogBytes,
            HasTimestamps = true,
        };
        string log = await reader.ReadAsync(context, $"{ns}/{name}", (client, token) => client.GetLogAsync(name, ns, options, token));
        return Results.Text(log, "text/plain");
    }

    private static async Task<IResult> ObjectAsync(
        string kind,
        string name,
        [FromQuery(Name = "namespace")] string? ns,
        HttpContext context,
        CallerReader reader
    )
    {
        string plural = ApiQuery.OneOf(kind, "kind", [.. Kinds.Select(static one => one.Plural)]);
        ResourceType<PartialObjectMetadata> type = Kinds.First(one => one.Plural == plural);
        string path = type.Path(type.IsNamespaced ? ApiBody.Required(ns, "namespace") : null, name);
        JsonNode? found = await reader.ReadAsync(
            context,
            type.IsNamespaced ? $"{ns}/{name}" : name,
            (client, token) =>
                client.ReadAsync(path, static async (body, stop) => await JsonNode.ParseAsync(body, cancellationToken: stop), token)
        );
        if (found?["metadata"] is JsonObject metadata)
            metadata.Remove("managedFields");
        return Results.Text(found?.ToJsonString() ?? "null", "application/json");
    }
}
