namespace NodeManager.Server.Agents;

/// <summary>What the user allows agents at the start.</summary>
/// <param name="Changes">Agents may ask for changes; a person has to approve each. False: they only read.</param>
/// <param name="Elicitation">The approval may be asked for through the agent's client.</param>
internal sealed record AgentSettings(bool Changes = false, bool Elicitation = false);
