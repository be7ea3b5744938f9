using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace NodeManager.Server.Access;

/// <summary>Requires credentials for every route: viewers may read, admins may change.</summary>
internal static class AccessSetup
{
    public static void Add(IServiceCollection services)
    {
        // With several clusters, those of the first one are registered already.
        services.TryAddSingleton<LocalTokens>();
        services.TryAddSingleton(_ => new SignIns(TimeProvider.System));
        services
            .AddAuthentication(LocalAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, LocalAuthentication>(LocalAuthentication.SchemeName, null);
        services.AddSingleton<CallerLevel>(static context =>
            Task.FromResult(context.User.IsInRole(AccessLevel.Admin) ? AccessLevel.Admin : AccessLevel.Viewer)
        );
        AddPolicies(services);
    }

    /// <summary>The policies of routes, independent of their authentication.</summary>
    public static void AddPolicies(IServiceCollection services) =>
        services
            .AddAuthorizationBuilder()
            .AddPolicy(AccessLevel.Viewer, policy => policy.RequireRole(AccessLevel.Viewer, AccessLevel.Admin))
            .AddPolicy(AccessLevel.Admin, policy => policy.RequireRole(AccessLevel.Admin))
            // Also for unknown paths, so that anonymous callers cannot discover routes.
            .SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

    /// <summary>Reading requires a viewer.</summary>
    /// <param name="routes">One or many.</param>
    /// <param name="needs">What the cluster must allow a caller that it decides about. A caller needs all of them.</param>
    public static TBuilder ForViewers<TBuilder>(this TBuilder routes, params AccessNeed[] needs)
        where TBuilder : IEndpointConventionBuilder => Require(routes, AccessLevel.Viewer, needs);

    /// <summary>Changing requires an admin.</summary>
    /// <inheritdoc cref="ForViewers" path="/param"/>
    public static TBuilder ForAdmins<TBuilder>(this TBuilder routes, params AccessNeed[] needs)
        where TBuilder : IEndpointConventionBuilder => Require(routes, AccessLevel.Admin, needs);

    /// <summary>Shows nothing of the cluster, or checks its caller itself: a valid token suffices.</summary>
    public static TBuilder ForAnyViewer<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.RequireAuthorization(AccessLevel.Viewer).WithMetadata(new RouteNeeds([]));

    // A route that forgets what it needs fails here, at the start of the server.
    private static TBuilder Require<TBuilder>(TBuilder routes, string level, AccessNeed[] needs)
        where TBuilder : IEndpointConventionBuilder =>
        needs.Length > 0
            ? routes.RequireAuthorization(level).WithMetadata(new RouteNeeds(needs))
            : throw new ArgumentException("A route names what its callers need in the cluster.", nameof(needs));
}
