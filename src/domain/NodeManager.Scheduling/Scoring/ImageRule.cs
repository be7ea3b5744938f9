namespace NodeManager.Scheduling.Scoring;

/// <summary>ImageLocality's score: larger images on the node, and images on more nodes, score higher.</summary>
internal sealed class ImageRule : IScoreRule
{
    private const long Least = 23L * 1024 * 1024;
    private const long MostOfContainer = 1000L * 1024 * 1024;

    private readonly ClusterSnapshot _snapshot;
    private readonly List<string> _images;

    public ImageRule(Pod pod, ClusterSnapshot snapshot)
    {
        _snapshot = snapshot;
        // Init containers count since 1.31.
        IEnumerable<Container> containers =
            snapshot.MinorVersion >= 31 ? pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []) : pod.Spec.Containers;
        _images = [.. containers.Select(container => container.Image ?? "")];
    }

    public long[] Score(IReadOnlyList<NodeState> nodes) => [.. nodes.Select(Score)];

    private long Score(NodeState node)
    {
        long maximum = MostOfContainer * _images.Count;
        long sum = _images.Sum(image =>
            _snapshot.Images.Find(node.Name, image) is { } held ? (long)(held.Size * ((double)held.Nodes / _snapshot.Nodes.Count)) : 0
        );
        return maximum <= Least ? 0 : Scores.Maximum * (Math.Clamp(sum, Least, maximum) - Least) / (maximum - Least);
    }
}
