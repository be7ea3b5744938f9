namespace NodeManager.Server.Agents.Plans;

/// <summary>Who calls.</summary>
/// <param name="Name">As the audit log names callers.</param>
/// <param name="Credential">
/// Tells credentials apart: two tokens of one name are two callers. A hash, or a name where another server vouches for it. Never shown.
/// </param>
internal sealed record AgentCaller(string Name, string Credential)
{
    private const string Vouched = "user:";

    /// <summary>The cluster's API server vouches for the caller, and decides what they may do.</summary>
    public bool IsDelegated => Credential.StartsWith(Vouched, StringComparison.Ordinal);

    /// <summary>A caller whom the API server vouches for: the name is the caller, whatever the token.</summary>
    public static AgentCaller OfUser(string name) => new(name, Vouched + name);
}
