namespace NodeManager;

/// <summary>One option of a configuration: its value, and where the value comes from.</summary>
public sealed class NodeManagerSetting : ClusterObject
{
    /// <summary>The option's name, as in a configuration file (<c>scaleUpThreshold</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The value in effect: a Boolean, number, TimeSpan or text; null where the option is not set.</summary>
    public object? Value { get; init; }

    /// <summary><c>Built-in</c>, the path of a file, the name of an environment variable, or <c>Session</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The built-in value.</summary>
    public object? Default { get; init; }

    /// <summary>The values that the option takes, in words (<c>a number from 50 to 95</c>).</summary>
    public required string Accepts { get; init; }

    /// <summary>The environment variable that sets the option.</summary>
    public required string Variable { get; init; }

    public override string ToString() => $"{Name}={Value}";
}
