namespace NodeManager.Core.Machines;

/// <summary>The identity that a provider writes on a machine when it creates it.</summary>
/// <param name="Owner">See <see cref="MachineProviderSettings.Owner"/>. Several clusters may share a hypervisor.</param>
/// <param name="ClaimUid">The UID of the claim that it was created for.</param>
/// <param name="Id">The provider's id at creation. A copy of the machine carries the original's.</param>
/// <param name="Name">The name at creation.</param>
/// <param name="IsComplete">False until all identifying data, including the tag, is written.</param>
public sealed record MachineMark(string Owner, string ClaimUid, string Id, string Name, bool IsComplete)
{
    private const string Prefix = "nodesmith:";

    /// <summary>A line for the machine's description.</summary>
    public string Format() => $"{Prefix} owner={Owner} claim={ClaimUid} id={Id} name={Name} state={(IsComplete ? "complete" : "creating")}";

    /// <summary>The mark in a description; null for none, or for more than one.</summary>
    public static MachineMark? Parse(string? description)
    {
        string[] lines =
        [
            .. (description ?? "")
                .Split('\n', StringSplitOptions.TrimEntries)
                .Where(static line => line.StartsWith(Prefix, StringComparison.Ordinal)),
        ];
        if (lines.Length != 1)
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in lines[0][Prefix.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not [string key, { Length: > 0 } value] || !values.TryAdd(key, value))
                return null;
        }

        return
            values.TryGetValue("owner", out string? owner)
            && values.TryGetValue("claim", out string? claim)
            && values.TryGetValue("id", out string? id)
            && values.TryGetValue("name", out string? name)
            ? new(owner, claim, id, name, values.GetValueOrDefault("state") == "complete")
            : null;
    }
}
