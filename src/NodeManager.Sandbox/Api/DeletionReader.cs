using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>Reads DeleteOptions, from the body or, without one, from the query.</summary>
internal static class DeletionReader
{
    /// <exception cref="ApiException">400, 422.</exception>
    public static async Task<DeletionRequest> ReadAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var options = (await RequestBody.ReadAsync(request, "DeleteOptions", cancellationToken)).Root as JsonObject;
        DeletionRequest read = options is null ? new() : Read(options);
        string? policy = request.Query["propagationPolicy"] ?? read.PropagationPolicy;
        if (policy is not (null or "Foreground" or "Background" or "Orphan")) throw ApiErrors.UnsupportedPropagation(policy);
        return read with
        {
            GracePeriod = request.Query.Number("gracePeriodSeconds") ?? read.GracePeriod,
            PropagationPolicy = policy,
            IsDryRun = read.IsDryRun || DryRun.IsAsked(request.Query.All("dryRun"), "DeleteOptions"),
        };
    }

    public static DeletionRequest Read(JsonObject options)
    {
        JsonObject? preconditions = options.Object("preconditions");
        return new()
        {
            GracePeriod = options.Number("gracePeriodSeconds"),
            Uid = preconditions.Text("uid"),
            ResourceVersion = preconditions.Text("resourceVersion"),
            PropagationPolicy = options.Text("propagationPolicy") ?? (options.Flag("orphanDependents") == true ? "Orphan" : null),
            IsDryRun = DryRun.IsAsked((options.Array("dryRun") ?? []).Select(static value => (string?)value ?? ""), "DeleteOptions"),
        };
    }
}
