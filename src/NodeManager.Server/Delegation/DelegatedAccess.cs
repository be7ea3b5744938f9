using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Sessions;
using NodeManager.Maintenance.Options;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Delegation;

/// <summary>
/// Lets callers of the cluster do through this server what the cluster lets them do themselves, and nothing else. Where callers are local, the rights are
/// those of the server's own user: a change that it lacks one of is refused before it begins.
/// </summary>
internal sealed class DelegatedAccess(AccessReviewer reviewer, LiveNodeService live, ClusterSession cluster)
{
    /// <summary>A step of a request of a caller of the cluster, after authentication.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            await CheckAsync(context, endpoint);
        await next(context);
    }

    /// <summary>A step of a request of a local caller, after authentication. Reads are left to the API server.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public async Task InvokeOwnAsync(HttpContext context, RequestDelegate next)
    {
        if (
            !HttpMethods.IsGet(context.Request.Method)
            && !HttpMethods.IsHead(context.Request.Method)
            && context.GetEndpoint() is RouteEndpoint endpoint
            && endpoint.Metadata.GetMetadata<RouteNeeds>() is { } needs
        )
            await CheckAsync(context, null, [.. needs.All.Where(need => IsKnown(need, context))]);
        await next(context);
    }

    /// <summary>Before a call of an agent's tool.</summary>
    /// <param name="user">The user whose token the agent has.</param>
    /// <param name="isDrain">What it plans or applies is a drain.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public async Task CheckToolAsync(DelegatedUser user, string tool, bool isDrain, CancellationToken stop)
    {
        IReadOnlyList<AccessNeed> needs = ToolRules.Find(tool) ?? throw Forbidden(user.Name, $"use {tool} in a cluster");
        foreach (AccessNeed need in isDrain ? [.. needs, ToolRules.Drain] : needs)
        {
            string ns = need.Scope switch
            {
                AccessNeed.PoolNamespace => NodeSmithNames.DefaultNamespace,
                AccessNeed.RunNamespace => MaintenanceRequest.DefaultNamespace,
                _ => "",
            };
            if (await IsAllowedAsync(user, need, "", "", stop) || (ns.Length > 0 && await IsAllowedAsync(user, need, ns, "", stop)))
                continue;
            throw Forbidden(user.Name, $"{need}{(ns.Length > 0 ? $" in namespace '{ns}'" : "")}");
        }
    }

    /// <summary>The part of the routes with the options of a drain: callers of the cluster need the rights for what their options do.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public static EndpointFilterDelegate CheckDrains(EndpointFilterFactoryContext route, EndpointFilterDelegate next)
    {
        int body = Array.FindIndex(route.MethodInfo.GetParameters(), static one => one.ParameterType.IsAssignableTo(typeof(DrainBody)));
        if (body < 0)
            return next;
        return async call =>
        {
            HttpContext context = call.HttpContext;
            if (
                context.Features.Get<DelegatedUser>() is { } user
                && context.GetEndpoint()?.Metadata.GetMetadata<ChangesNothing>() is null
                && call.GetArgument<DrainBody?>(body) is { } request
            )
                await context
                    .RequestServices.GetRequiredService<DelegatedAccess>()
                    .CheckAsync(context, user, AccessNeed.OfDrain(request.Drain, NameIn(context).Length > 0));
            return await next(call);
        };
    }

    /// <summary>Repeats the check of an open request.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public Task RepeatAsync(HttpContext context, DelegatedUser user) =>
        CheckAsync(context, user, context.GetEndpoint()?.Metadata.GetMetadata<RouteNeeds>()?.All ?? []);

    /// <summary>For what a route learns only from its request.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public Task RequireAsync(HttpContext context, IReadOnlyList<AccessNeed> needs) =>
        context.Features.Get<DelegatedUser>() is { } user ? CheckAsync(context, user, needs) : Task.CompletedTask;

    public Task<bool> MayChangeNodesAsync(DelegatedUser user, CancellationToken stop) =>
        IsAllowedAsync(user, AccessNeed.PatchNodes, "", "", stop);

    private Task CheckAsync(HttpContext context, RouteEndpoint endpoint)
    {
        DelegatedUser user = context.Features.Get<DelegatedUser>() ?? throw Forbidden("anonymous", "use this route");
        return CheckAsync(
            context,
            user,
            endpoint.Metadata.GetMetadata<RouteNeeds>()?.All
                ?? throw Forbidden(user.Name, $"use {context.Request.Method} {context.Request.Path} in a cluster")
        );
    }

    // Without a user: the server's own.
    private async Task CheckAsync(HttpContext context, DelegatedUser? user, IReadOnlyList<AccessNeed> needs)
    {
        foreach (AccessNeed need in needs)
        {
            // A user who may do it in all namespaces needs no review for each namespace.
            if (need.Scope is not AccessNeed.Everywhere && await IsAllowedAsync(user, need, "", "", context.RequestAborted))
                continue;
            await foreach ((string ns, string name) in PlacesAsync(need, context))
            {
                if (await IsAllowedAsync(user, need, ns, name, context.RequestAborted))
                    continue;
                throw Forbidden(
                    user?.Name ?? (cluster.Session.User is { Length: > 0 } own ? own : "the user of this server"),
                    $"{need}{(name.Length > 0 ? $" '{name}'" : "")}{(ns.Length > 0 ? $" in namespace '{ns}'" : "")}"
                );
            }
        }
    }

    // Where the request does not say in which namespace, the change itself will tell. Pools of a service are not objects of the cluster.
    private bool IsKnown(AccessNeed need, HttpContext context) =>
        need.Scope switch
        {
            AccessNeed.QueryNamespace => context.Request.Query["namespace"].ToString().Length > 0,
            AccessNeed.PoolNamespace => !HasPoolService(context),
            _ => !context.Request.Path.StartsWithSegments("/api/v1/operations", StringComparison.Ordinal),
        };

    private bool HasPoolService(HttpContext context) =>
        context.Request.Query["provider"] != NodePoolProvider.Cluster
        && (cluster.Session.Configuration.PoolService is not null || cluster.Session.Connection().Owned is SandboxCluster);

    // Both empty: everywhere.
    private async IAsyncEnumerable<(string Namespace, string Name)> PlacesAsync(AccessNeed need, HttpContext context)
    {
        switch (need.Scope)
        {
            case AccessNeed.OneNode:
                yield return ("", NameIn(context));
                break;
            case AccessNeed.QueryNamespace:
                // A role may name the objects of the scheduler.
                yield return (
                    context.Request.Query["namespace"].ToString(),
                    context.Request.Query[need.Resource == "configmaps" ? "config_map" : "deployment"].ToString()
                );
                break;
            case AccessNeed.PoolNamespace:
                yield return (
                    context.Request.Query["namespace"].ToString() is { Length: > 0 } ns ? ns : NodeSmithNames.DefaultNamespace,
                    ""
                );
                break;
            case AccessNeed.RunNamespace:
                yield return (MaintenanceRequest.DefaultNamespace, "");
                break;
            case AccessNeed.NamespacesOfNode:
                foreach (string one in (await live.ReadyAsync(context.RequestAborted)).NamespacesOn(NameIn(context)))
                    yield return (one, "");
                break;
            default:
                yield return ("", "");
                break;
        }
    }

    private Task<bool> IsAllowedAsync(DelegatedUser? user, AccessNeed need, string ns, string name, CancellationToken stop)
    {
        JsonObject attributes = Attributes(need, ns, name);
        return user is null ? reviewer.MayServerAsync(attributes, stop) : reviewer.IsAllowedAsync(user, attributes, stop);
    }

    private static JsonObject Attributes(AccessNeed need, string ns, string name)
    {
        if (need.Resource.StartsWith('/'))
            return new()
            {
                ["nonResourceAttributes"] = new JsonObject { ["verb"] = need.Verb, ["path"] = need.Resource },
            };
        string[] resource = need.Resource.Split('/');
        return new()
        {
            ["resourceAttributes"] = new JsonObject
            {
                ["verb"] = need.Verb,
                ["group"] = need.Group,
                ["resource"] = resource[0],
                ["subresource"] = resource.Length > 1 ? resource[1] : "",
                ["namespace"] = ns,
                ["name"] = name,
            },
        };
    }

    private static string NameIn(HttpContext context) => context.GetRouteValue("name")?.ToString() ?? "";

    private static NodeManagerException Forbidden(string user, string what) =>
        new(
            ErrorIds.Forbidden,
            ErrorKind.PermissionDenied,
            $"Permission denied: '{user}' cannot {what}.",
            user,
            "Ask an administrator of the cluster for a role that allows it."
        );
}
