using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodeManager.Server.Access;
using NodeManager.Server.OpenIdConnect;
using NodeManager.Server.Options;

namespace NodeManager.Server.Delegation;

/// <summary>Delegates authentication and authorization to the cluster.</summary>
internal static class DelegationSetup
{
    /// <param name="oidc">Browsers sign in at this issuer; null: callers have tokens only.</param>
    /// <exception cref="NodeManagerException">SignInFileUnreadable.</exception>
    public static void Add(IServiceCollection services, OidcSettings? oidc)
    {
        if (oidc is not null)
            AddSignIn(services, oidc);
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

    private static void AddSignIn(IServiceCollection services, OidcSettings settings)
    {
        services.AddSingleton(settings);
        // Created here: an unreadable file fails the start.
        services.AddSingleton(new CookieSeal(settings));
        IssuerClient issuer = new(settings, TimeProvider.System);
        services.AddSingleton(_ => issuer);
        services.AddSingleton<IdTokenCheck>();
        services.AddSingleton<IssuerSignIn>();
        services.AddSingleton<SignInCookies>();
        services.AddSingleton<BrowserSessions>();
        services.AddSingleton<BrowserSignInRoutes>();
    }

    /// <summary>Reviews for delegated callers and for the server's own user.</summary>
    public static void AddReviews(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AccessReviewer>();
        services.AddSingleton<DelegatedAccess>();
        services.AddSingleton<CallerRights>(static provider => provider.GetRequiredService<DelegatedAccess>().RequireAsync);
    }
}
