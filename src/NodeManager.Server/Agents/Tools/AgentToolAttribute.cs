namespace NodeManager.Server.Agents.Tools;

/// <summary>A method that agents can call.</summary>
/// <param name="name">What they call it.</param>
/// <param name="title">What their user sees.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AgentToolAttribute(string name, string title) : Attribute
{
    public string Name { get; } = name;

    public string Title { get; } = title;

    /// <summary>It changes the cluster; false: it only reads.</summary>
    public bool Changes { get; init; }
}
