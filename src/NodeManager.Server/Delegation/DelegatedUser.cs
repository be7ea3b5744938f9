using System.Security.Claims;
using System.Text.Json.Nodes;

namespace NodeManager.Server.Delegation;

/// <summary>A user of the cluster, as a TokenReview names them.</summary>
/// <param name="Key">Identifies user, groups and extra values together.</param>
/// <param name="Info">The user info of the review; never changed.</param>
internal sealed record DelegatedUser(string Name, string Key, JsonObject Info);

/// <summary>A caller of the cluster, as what runs apart from its request knows it.</summary>
internal sealed class DelegatedPrincipal(ClaimsIdentity identity, DelegatedUser user) : ClaimsPrincipal(identity)
{
    public DelegatedUser User { get; } = user;
}
