using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>Applies an edit to the values of a document.</summary>
internal static class ValueEditor
{
    /// <summary>A changed copy.</summary>
    public static object? Apply(object? root, YamlEdit edit)
    {
        var box = new List<object?> { YamlValue.Copy(root) };
        switch (edit)
        {
            case SetValue set:
                Set(box, set.Path, set.Value);
                break;
            case InsertItem insert:
                if (Get(box, insert.Path) is not List<object?> list)
                    Set(box, insert.Path, new List<object?> { YamlValue.Copy(insert.Value) });
                else
                    list.Insert(insert.Index, YamlValue.Copy(insert.Value));
                break;
            case RemoveValue remove:
                Remove(box, remove.Path);
                break;
            case MoveItem move:
                var items = (List<object?>)Get(box, move.Path)!;
                var item = items[move.From];
                items.RemoveAt(move.From);
                items.Insert(move.To, item);
                break;
        }

        return box[0];
    }

    private static object? Get(List<object?> box, YamlPath path)
    {
        var value = box[0];
        foreach (var step in path.Steps)
            value = step is string key ? (value as Map)?.GetValueOrDefault(key) : (value as List<object?>)?.ElementAtOrDefault((int)step);
        return value;
    }

    private static void Set(List<object?> box, YamlPath path, object? value)
    {
        if (path.Count == 0)
        {
            box[0] = YamlValue.Copy(value);
            return;
        }

        var parent = Get(box, path.Parent);
        if (path.Last is string key)
        {
            if (parent is Map map)
                map[key] = YamlValue.Copy(value);
            else
                Set(box, path.Parent, new Map { [key] = value });
        }
        else if (parent is List<object?> list && (int)path.Last < list.Count)
        {
            list[(int)path.Last] = YamlValue.Copy(value);
        }
        else
        {
            Set(box, path.Parent, new List<object?> { value });
        }
    }

    private static void Remove(List<object?> box, YamlPath path)
    {
        var parent = Get(box, path.Parent);
        if (parent is Map map)
            map.Remove((string)path.Last);
        else
            ((List<object?>)parent!).RemoveAt((int)path.Last);
        if (IsEmpty(parent) && path.Count > 1 && path.Parent.Last is string)
            Remove(box, path.Parent);
    }

    private static bool IsEmpty(object? value) => value is Map { Count: 0 } or List<object?> { Count: 0 };
}
