namespace NodeManager.Server.Agents.Plans;

/// <param name="Name">As in the audit log.</param>
/// <param name="Credential">Identifies the credential: a hash, or the name of a delegated user. Never shown.</param>
internal sealed record AgentCaller(string Name, string Credential)
{
    private const string DelegatedPrefix = "user:";

    /// <summary>Authenticated and authorized by the cluster's API server.</summary>
    public bool IsDelegated => Credential.StartsWith(DelegatedPrefix, StringComparison.Ordinal);

    /// <summary>A delegated caller, identified by name.</summary>
    public static AgentCaller OfUser(string name) => new(name, DelegatedPrefix + name);
}
