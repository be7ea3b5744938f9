namespace NodeManager;

/// <summary>The platforms of node pools. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodePoolPlatformType
{
    public const string Gcp = "gcp";

    public const string Aws = "aws";

    public const string Azure = "azure";

    public static ItemList<string> All { get; } = new([Gcp, Aws, Azure]);
}
