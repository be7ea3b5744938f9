using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Comparing;

/// <summary>
/// Compares the values of two documents. Named list items (plugins, profiles, arguments) are compared by name, so that an insertion is one
/// difference.
/// </summary>
public static class ValueComparison
{
    /// <summary>The differences, in the order of the paths of the first document.</summary>
    public static IReadOnlyList<SchedulerConfigurationDifference> Compare(object? before, object? after)
    {
        var found = new List<SchedulerConfigurationDifference>();
        Compare("", before, after, found);
        return found;
    }

    private static void Compare(string path, object? before, object? after, List<SchedulerConfigurationDifference> found)
    {
        if (YamlValue.Equals(before, after))
            return;
        if (before is Map oldMap && after is Map newMap)
        {
            foreach (var key in oldMap.Keys.Union(newMap.Keys))
                Compare(Join(path, key), oldMap, newMap, key, found);
        }
        else if (before is List<object?> oldList && after is List<object?> newList)
        {
            CompareLists(path, oldList, newList, found);
        }
        else
        {
            found.Add(Difference("Changed", path, before, after));
        }
    }

    private static void Compare(string path, Map before, Map after, string key, List<SchedulerConfigurationDifference> found)
    {
        if (!before.TryGetValue(key, out var old))
            found.Add(Difference("Added", path, null, after[key]));
        else if (!after.TryGetValue(key, out var now))
            found.Add(Difference("Removed", path, old, null));
        else
            Compare(path, old, now, found);
    }

    private static void CompareLists(string path, List<object?> before, List<object?> after, List<SchedulerConfigurationDifference> found)
    {
        var oldNames = Names(before);
        var newNames = Names(after);
        if (oldNames is null || newNames is null)
        {
            for (var index = 0; index < Math.Max(before.Count, after.Count); index++)
            {
                var place = $"{path}[{index}]";
                if (index >= before.Count)
                    found.Add(Difference("Added", place, null, after[index]));
                else if (index >= after.Count)
                    found.Add(Difference("Removed", place, before[index], null));
                else
                    Compare(place, before[index], after[index], found);
            }

            return;
        }

        foreach (var (name, index) in oldNames)
        {
            if (newNames.TryGetValue(name, out var now))
                Compare($"{path}[{name}]", before[index], after[now], found);
            else
                found.Add(Difference("Removed", $"{path}[{name}]", before[index], null));
        }

        foreach (var (name, index) in newNames)
            if (!oldNames.ContainsKey(name))
                found.Add(Difference("Added", $"{path}[{name}]", null, after[index]));
        var kept = oldNames.Keys.Where(newNames.ContainsKey).ToList();
        var order = newNames.Keys.Where(oldNames.ContainsKey).ToList();
        if (!kept.SequenceEqual(order))
            found.Add(
                new SchedulerConfigurationDifference
                {
                    Type = "Moved",
                    Path = path,
                    Before = string.Join(", ", oldNames.Keys),
                    After = string.Join(", ", newNames.Keys),
                }
            );
    }

    /// <summary>The items' names with their indexes; null if an item has none or two have the same.</summary>
    private static OrderedDictionary<string, int>? Names(List<object?> items)
    {
        var names = new OrderedDictionary<string, int>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            var name = items[index] is Map map ? map.GetValueOrDefault("name") ?? map.GetValueOrDefault("schedulerName") : items[index];
            if (name is not string text || !names.TryAdd(text, index))
                return null;
        }

        return names;
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static SchedulerConfigurationDifference Difference(string type, string path, object? before, object? after) =>
        new()
        {
            Type = type,
            Path = path,
            Before = type == "Added" ? "" : YamlValue.Describe(before),
            After = type == "Removed" ? "" : YamlValue.Describe(after),
        };
}
