namespace NodeManager;

/// <summary>The platforms of node pools. Text for the reason given at <see cref="NodeStatus"/>.</summary>
public static class NodePoolPlatformType
{
    public const string Gcp = "gcp";

    public const string Aws = "aws";

    public const string Azure = "azure";

    public static ItemList<string> All { get; } = new([Gcp, Aws, Azure]);
}
