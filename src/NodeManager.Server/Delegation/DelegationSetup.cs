using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodeManager.Server.Access;

namespace NodeManager.Server.Delegation;

/// <summary>Has the cluster decide who calls and what they may do.</summary>
internal static class DelegationSetup
{
    public static void Add(IServiceCollection services)
    {
        services
            .AddAuthentication(DelegatedAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, DelegatedAuthentication>(DelegatedAuthentication.SchemeName, null);
        // The cluster decides for each request; this is what a page offers.
        services.AddSingleton<CallerLevel>(static async context =>
            context.Features.Get<DelegatedUser>() is { } user
            && await context.RequestServices.GetRequiredService<DelegatedAccess>().MayChangeNodesAsync(user, context.RequestAborted)
                ? AccessLevel.Admin
                : AccessLevel.Viewer
        );
        AccessSetup.AddPolicies(services);
    }

    /// <summary>What asks the API server, for callers of the cluster and for the server's own user.</summary>
    public static void AddReviews(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AccessReviewer>();
        services.AddSingleton<DelegatedAccess>();
    }
}
