using Microsoft.AspNetCore.Authorization;
using NodeManager.Core.Configuration;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Delegation;

/// <summary>Refuses changes of a protected cluster without its name. Applies to all admin routes unless marked otherwise.</summary>
internal sealed class ProtectionGuard(ClusterSession cluster)
{
    /// <summary>The header that confirms a change with the cluster's name.</summary>
    public const string Header = "X-Confirm-Cluster";

    /// <summary>Runs after authorization.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        string? confirmed = context.Request.Headers[Header];
        return IsChange(context) && !ClusterProtection.IsConfirmed(cluster.Session, confirmed)
            ? throw ClusterProtection.Refusal(cluster.Session, confirmed, $"Send the header {Header}: {cluster.Session.Cluster}.")
            : next(context);
    }

    private static bool IsChange(HttpContext context) =>
        !HttpMethods.IsGet(context.Request.Method)
        && !HttpMethods.IsHead(context.Request.Method)
        && context.GetEndpoint() is { } endpoint
        && endpoint.Metadata.GetMetadata<ChangesNothing>() is null
        && !(endpoint.Metadata.GetMetadata<TakesDryRun>() is not null && context.Request.Query["dry_run"] == "true")
        && endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(static one => one.Policy == AccessLevel.Admin);
}
