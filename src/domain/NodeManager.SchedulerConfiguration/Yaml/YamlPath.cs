using System.Globalization;
using System.Text;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>The path of a value in a document: keys (text) and list indexes (int). Prints as <c>profiles[0].plugins.score</c>.</summary>
public sealed class YamlPath
{
    private readonly object[] _steps;

    private YamlPath(object[] steps) => _steps = steps;

    public static YamlPath Root { get; } = new([]);

    public int Count => _steps.Length;

    public object Last => _steps[^1];

    public IReadOnlyList<object> Steps => _steps;

    public YamlPath Parent => new(_steps[..^1]);

    public YamlPath Key(string name) => new([.. _steps, name]);

    public YamlPath Item(int index) => new([.. _steps, index]);

    /// <summary>The node at the path, possibly behind an alias; null without one.</summary>
    public YamlNode? Find(YamlNode root)
    {
        YamlNode? node = root.Resolved;
        foreach (var step in _steps)
        {
            node = step is string key ? node.Value(key) : node.Items.ElementAtOrDefault((int)step)?.Resolved;
            if (node is null)
                return null;
        }

        return node;
    }

    /// <summary>The path with each list item identified by its <c>name</c> or <c>schedulerName</c> instead of its index.</summary>
    public string Identity(YamlNode root)
    {
        var text = new StringBuilder();
        for (var count = 0; count < _steps.Length; count++)
        {
            if (_steps[count] is string key)
            {
                text.Append('.').Append(key);
                continue;
            }

            var item = new YamlPath(_steps[..(count + 1)]).Find(root);
            text.Append('[').Append((item?.Value("name") ?? item?.Value("schedulerName"))?.Text).Append(']');
        }

        return text.ToString();
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var step in _steps)
        {
            if (step is string key)
                text.Append(text.Length > 0 ? "." : "").Append(key);
            else
                text.Append('[').Append(((int)step).ToString(CultureInfo.InvariantCulture)).Append(']');
        }

        return text.ToString();
    }
}
