namespace NodeManager.Scheduling;

/// <summary>The images on nodes and their sizes.</summary>
internal sealed class ImageCatalog
{
    private readonly Dictionary<string, Dictionary<string, long>> _byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _holders = new(StringComparer.Ordinal);

    public void Set(string nodeName, IReadOnlyList<ContainerImage> images)
    {
        if (_byNode.Remove(nodeName, out Dictionary<string, long>? before))
            foreach (string name in before.Keys)
                _holders[name]--;
        if (images.Count == 0)
            return;
        Dictionary<string, long> held = new(StringComparer.Ordinal);
        foreach (ContainerImage image in images)
        foreach (string name in image.Names ?? [])
            held[name] = image.SizeBytes ?? 0;
        foreach (string name in held.Keys)
            _holders[name] = _holders.GetValueOrDefault(name) + 1;
        _byNode[nodeName] = held;
    }

    /// <summary>The image's size in bytes and the number of nodes with it; null if this node does not have it.</summary>
    public (long Size, int Nodes)? Find(string nodeName, string image)
    {
        string name = Normal(image);
        return _byNode.GetValueOrDefault(nodeName)?.TryGetValue(name, out long size) == true ? (size, _holders[name]) : null;
    }

    public void CopyFrom(ImageCatalog other)
    {
        foreach ((string node, Dictionary<string, long> held) in other._byNode)
            _byNode.Add(node, held);
        foreach ((string name, int count) in other._holders)
            _holders.Add(name, count);
    }

    /// <summary>Adds the default tag; the colon of a digest is after the last slash as well.</summary>
    private static string Normal(string image) => image.LastIndexOf(':') <= image.LastIndexOf('/') ? image + ":latest" : image;
}
