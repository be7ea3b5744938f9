using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Access;

/// <summary>What happened through this server, and who did it.</summary>
internal static class ActivityRoutes
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints
            .MapGet("/api/v1/activity", (AuditLog audit) => TypedResults.Ok(audit.Recent))
            .ForViewers(ListNodes, ListPods)
            .WithTags("Activity")
            .Produces<IReadOnlyList<ApiActivity>>();
}

/// <summary>A change, a refusal, or the end of an operation.</summary>
/// <param name="What">Method and path of a request, the kind of an operation, or the action.</param>
/// <param name="Target">What it was done to, if the path does not contain it; empty otherwise.</param>
/// <param name="Result">A status code, a state, or an ErrorId.</param>
/// <param name="Operation">The id of the operation that it started or ended; empty for none.</param>
internal sealed record ApiActivity(
    DateTimeOffset At,
    string Who,
    string What,
    string Target,
    string Result,
    string Operation,
    double? Milliseconds
);
