namespace NodeManager.Server.Agents.Tools;

/// <summary>A method that agents can call.</summary>
/// <param name="title">The title for users.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AgentToolAttribute(string name, string title) : Attribute
{
    public string Name { get; } = name;

    public string Title { get; } = title;

    /// <summary>It changes the cluster.</summary>
    public bool Changes { get; init; }

    /// <summary>It changes state of this server, such as plans of agents.</summary>
    public bool Writes { get; init; }

    /// <summary>
    /// The fields of its result, as <c>total:integer nodes:array</c>; a question mark after the name for an optional field. Several types:
    /// <c>integer|array</c>.
    /// </summary>
    public string Answers { get; init; } = "";
}

/// <summary>The allowed values of an argument or its items.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class AllowedAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>The bounds of a number, or of a list's length.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class BoundsAttribute(int minimum, int maximum) : Attribute
{
    public int Minimum { get; } = minimum;

    public int Maximum { get; } = maximum;
}

/// <summary>The pattern of list items.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ItemPatternAttribute(string pattern) : Attribute
{
    public string Pattern { get; } = pattern;
}
