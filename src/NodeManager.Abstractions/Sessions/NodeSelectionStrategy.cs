namespace NodeManager;

/// <summary>How a node is selected for new work. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeSelectionStrategy
{
    /// <summary>The node with the fewest sessions (active pods that a selector counts).</summary>
    public const string LeastSessions = "LeastSessions";

    /// <summary>The node with the largest free share of CPU and memory.</summary>
    public const string MostResources = "MostResources";

    /// <summary>Any suitable node; a seed repeats the choice.</summary>
    public const string Random = "Random";

    /// <summary>The suitable nodes in turn.</summary>
    public const string RoundRobin = "RoundRobin";
}
