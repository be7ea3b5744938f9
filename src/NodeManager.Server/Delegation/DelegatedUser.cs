using System.Security.Claims;
using System.Text.Json.Nodes;

namespace NodeManager.Server.Delegation;

/// <summary>A cluster user from a TokenReview.</summary>
/// <param name="Key">Identifies user, groups and extra values together.</param>
/// <param name="Info">The review's user info; read-only.</param>
internal sealed record DelegatedUser(string Name, string Key, JsonObject Info)
{
    public IEnumerable<string> Groups => Info["groups"] is JsonArray groups ? groups.Select(static one => (string?)one ?? "") : [];
}

/// <summary>The token that the review of a request has accepted: of the header, or of a browser's session.</summary>
internal sealed record CallerToken(string Value)
{
    public override string ToString() => nameof(CallerToken);
}

/// <summary>A delegated caller, for work that outlives its request.</summary>
internal sealed class DelegatedPrincipal(ClaimsIdentity identity, DelegatedUser user) : ClaimsPrincipal(identity)
{
    public DelegatedUser User { get; } = user;
}
