using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodeManager.Server.Access;

namespace NodeManager.Server.Delegation;

/// <summary>Delegates authentication and authorization to the cluster.</summary>
internal static class DelegationSetup
{
    public static void Add(IServiceCollection services)
    {
        services
            .AddAuthentication(DelegatedAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, DelegatedAuthentication>(DelegatedAuthentication.SchemeName, null);
        // Only a hint for pages; the cluster authorizes each request.
        services.AddSingleton<CallerLevel>(static async context =>
            context.Features.Get<DelegatedUser>() is { } user
            && await context.RequestServices.GetRequiredService<DelegatedAccess>().MayChangeNodesAsync(user, context.RequestAborted)
                ? AccessLevel.Admin
                : AccessLevel.Viewer
        );
        AccessSetup.AddPolicies(services);
    }

    /// <summary>Reviews for delegated callers and for the server's own user.</summary>
    public static void AddReviews(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AccessReviewer>();
        services.AddSingleton<DelegatedAccess>();
    }
}
