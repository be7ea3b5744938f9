using System.Security.Claims;
using System.Text.Json.Nodes;

namespace NodeManager.Server.Delegation;

/// <summary>A cluster user from a TokenReview.</summary>
/// <param name="Key">Identifies user, groups and extra values together.</param>
/// <param name="Info">The review's user info; read-only.</param>
internal sealed record DelegatedUser(string Name, string Key, JsonObject Info);

/// <summary>A delegated caller, for work that outlives its request.</summary>
internal sealed class DelegatedPrincipal(ClaimsIdentity identity, DelegatedUser user) : ClaimsPrincipal(identity)
{
    public DelegatedUser User { get; } = user;
}
