using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Maintenance.Options;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Delegation;

/// <summary>Lets callers of the cluster do through this server what the cluster lets them do themselves, and nothing else.</summary>
internal sealed class DelegatedAccess(AccessReviewer reviewer, LiveNodeService live)
{
    /// <summary>A step of a request, after authentication.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null) await CheckAsync(context, endpoint);
        await next(context);
    }

    private async Task CheckAsync(HttpContext context, RouteEndpoint endpoint)
    {
        DelegatedUser user = context.Features.Get<DelegatedUser>() ?? throw Forbidden("anonymous", "use this route");
        IReadOnlyList<AccessNeed> rules = RouteRules.Find(context.Request.Method, endpoint.RoutePattern.RawText!)
            ?? throw Forbidden(user.Name, $"use {context.Request.Method} {context.Request.Path} in a cluster");
        foreach (AccessNeed rule in rules)
        {
            // Whoever may do it everywhere need not be asked for each namespace.
            if (rule.Scope is not AccessNeed.Everywhere && await IsAllowedAsync(user, rule, "", "", context.RequestAborted)) continue;
            await foreach ((string ns, string name) in PlacesAsync(rule, context))
                if (!await IsAllowedAsync(user, rule, ns, name, context.RequestAborted))
                    throw Forbidden(user.Name, $"{rule}{(name.Length > 0 ? $" '{name}'" : "")}{(ns.Length > 0 ? $" in namespace '{ns}'" : "")}");
        }
    }

    // Both empty: everywhere.
    private async IAsyncEnumerable<(string Namespace, string Name)> PlacesAsync(AccessNeed rule, HttpContext context)
    {
        switch (rule.Scope)
        {
            case AccessNeed.OneNode:
                yield return ("", NameIn(context));
                break;
            case AccessNeed.QueryNamespace:
                yield return (context.Request.Query["namespace"].ToString(), "");
                break;
            case AccessNeed.PoolNamespace:
                yield return (context.Request.Query["namespace"].ToString() is { Length: > 0 } ns ? ns : NodeSmithNames.DefaultNamespace, "");
                break;
            case AccessNeed.RunNamespace:
                yield return (MaintenanceRequest.DefaultNamespace, "");
                break;
            case AccessNeed.NamespacesOfNode:
                foreach (string one in (await live.ReadyAsync(context.RequestAborted)).NamespacesOn(NameIn(context))) yield return (one, "");
                break;
            default:
                yield return ("", "");
                break;
        }
    }

    private Task<bool> IsAllowedAsync(DelegatedUser user, AccessNeed rule, string ns, string name, CancellationToken stop)
    {
        if (rule.Resource.StartsWith('/'))
            return reviewer.IsAllowedAsync(user, new() { ["nonResourceAttributes"] = new JsonObject { ["verb"] = rule.Verb, ["path"] = rule.Resource } }, stop);
        string[] resource = rule.Resource.Split('/');
        return reviewer.IsAllowedAsync(
            user,
            new()
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = rule.Verb, ["group"] = rule.Group, ["resource"] = resource[0], ["subresource"] = resource.Length > 1 ? resource[1] : "",
                    ["namespace"] = ns, ["name"] = name,
                },
            },
            stop);
    }

    private static string NameIn(HttpContext context) => context.GetRouteValue("name")?.ToString() ?? "";

    private static NodeManagerException Forbidden(string user, string what) => new(
        ErrorIds.Forbidden, ErrorKind.PermissionDenied, $"Permission denied: '{user}' cannot {what}.", user, "Ask an administrator of the cluster for a role that allows it.");
}
