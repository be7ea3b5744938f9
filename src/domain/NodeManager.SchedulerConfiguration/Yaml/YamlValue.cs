namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>
/// The values of a YAML document, without its layout: text, bool, long, double, null, <see cref="List{T}"/> and <see
/// cref="OrderedDictionary{TKey,TValue}"/>, with aliases and merge keys expanded.
/// </summary>
public static class YamlValue
{
    public static object? Of(YamlNode node)
    {
        node = node.Resolved;
        switch (node.Kind)
        {
            case YamlNodeKind.Scalar:
                return YamlScalar.Resolve(node);
            case YamlNodeKind.Sequence:
                return node.Items.Select(Of).ToList();
            default:
                return OfMapping(node);
        }
    }

    /// <summary>Compares kind and value; ignores the order of keys; 1 and 1.0 differ.</summary>
    public static new bool Equals(object? left, object? right) =>
        (left, right) switch
        {
            (null, null) => true,
            (OrderedDictionary<string, object?> a, OrderedDictionary<string, object?> b) => a.Count == b.Count
                && a.All(pair => b.TryGetValue(pair.Key, out var other) && Equals(pair.Value, other)),
            (List<object?> a, List<object?> b) => a.Count == b.Count && !a.Where((item, index) => !Equals(item, b[index])).Any(),
            (not null, not null) => left.Equals(right),
            _ => false,
        };

    public static object? Copy(object? value) =>
        value switch
        {
            OrderedDictionary<string, object?> map => Copy(map),
            List<object?> list => list.Select(Copy).ToList(),
            _ => value,
        };

    /// <summary>One line of YAML flow text, for messages.</summary>
    public static string Describe(object? value) =>
        value switch
        {
            OrderedDictionary<string, object?> map => "{"
                + string.Join(", ", map.Select(pair => $"{YamlScalar.Write(pair.Key)}: {Describe(pair.Value)}"))
                + "}",
            List<object?> list => "[" + string.Join(", ", list.Select(Describe)) + "]",
            _ => YamlScalar.Write(value),
        };

    private static OrderedDictionary<string, object?> Copy(OrderedDictionary<string, object?> map)
    {
        var copy = new OrderedDictionary<string, object?>(map.Count);
        foreach (var (key, value) in map)
            copy.Add(key, Copy(value));
        return copy;
    }

    private static OrderedDictionary<string, object?> OfMapping(YamlNode node)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var entry in node.Entries)
            if (!entry.IsMerge)
                map[entry.Name] = Of(entry.Value);
        foreach (var source in node.Merged())
        foreach (var (key, value) in OfMapping(source))
            map.TryAdd(key, value);
        return map;
    }
}
