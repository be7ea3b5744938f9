namespace NodeManager.Server.Agents.Plans;

/// <summary>Who calls.</summary>
/// <param name="Name">As the audit log names callers.</param>
/// <param name="Credential">
/// Tells credentials apart: two tokens of one name are two callers. A hash, or a name where another server vouches for it. Never shown.
/// </param>
internal sealed record AgentCaller(string Name, string Credential);
