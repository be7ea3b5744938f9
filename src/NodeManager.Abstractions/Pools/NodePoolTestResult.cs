namespace NodeManager;

/// <summary>The result of Test-NodePool.</summary>
public sealed class NodePoolTestResult
{
    public string Name { get; init; } = "";

    /// <summary>True where no finding is an error.</summary>
    public bool IsValid => Findings.All(static one => one.Severity != NodePoolFinding.Error);

    public ItemList<NodePoolFinding> Findings { get; init; } = ItemList<NodePoolFinding>.Empty;

    public override string ToString() => IsValid ? "valid" : "not valid";
}
