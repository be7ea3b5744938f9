using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodeManager.Server.Access;

namespace NodeManager.Server.Delegation;

/// <summary>Has the cluster decide who calls and what they may do.</summary>
internal static class DelegationSetup
{
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AccessReviewer>();
        services.AddSingleton<DelegatedAccess>();
        services.AddAuthentication(DelegatedAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, DelegatedAuthentication>(DelegatedAuthentication.SchemeName, null);
        AccessSetup.AddPolicies(services);
    }
}
