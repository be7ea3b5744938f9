namespace NodeManager.Server.Nodes;

/// <summary>A service of servers that execute work of <c>-Detach</c>.</summary>
/// <param name="Namespace">The namespace of its requests and runs.</param>
internal sealed record DetachedWork(string Namespace);
