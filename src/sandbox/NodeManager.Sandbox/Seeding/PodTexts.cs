namespace NodeManager.Sandbox.Seeding;

/// <summary>The varying texts of a workload's pods.</summary>
internal readonly record struct PodTexts(string Name, string Uid, string Node, string Zone, string HostAddress, string Address)
{
    /// <summary>With the owner's name before the suffix.</summary>
    public PodTexts Of(string owner) => this with { Name = $"{owner}-{Name}" };
}
