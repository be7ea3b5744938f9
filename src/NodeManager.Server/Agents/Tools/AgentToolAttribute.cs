namespace NodeManager.Server.Agents.Tools;

/// <summary>A method that agents can call.</summary>
/// <param name="name">What they call it.</param>
/// <param name="title">What their user sees.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AgentToolAttribute(string name, string title) : Attribute
{
    public string Name { get; } = name;

    public string Title { get; } = title;

    /// <summary>It changes the cluster; false: it does not.</summary>
    public bool Changes { get; init; }

    /// <summary>It changes something of this server, as the plans of agents.</summary>
    public bool Writes { get; init; }

    /// <summary>The fields of its answer, as <c>total:integer nodes:array</c>; a question mark behind a name: it can be absent. Several types: <c>integer|array</c>.</summary>
    public string Answers { get; init; } = "";
}

/// <summary>The values that an argument, or each item of it, may have.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class AllowedAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>The least and the greatest value of a number, or count of a list.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class BoundsAttribute(int least, int most) : Attribute
{
    public int Least { get; } = least;

    public int Most { get; } = most;
}

/// <summary>The form of each item of a list.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ItemPatternAttribute(string pattern) : Attribute
{
    public string Pattern { get; } = pattern;
}
