namespace NodeManager.Server.Agents;

/// <summary>The permissions of agents, set at the start.</summary>
/// <param name="Changes">Agents may request changes, each approved by a person. False: read only.</param>
/// <param name="Elicitation">Approvals may be requested through the agent's client.</param>
internal sealed record AgentSettings(bool Changes = false, bool Elicitation = false);
