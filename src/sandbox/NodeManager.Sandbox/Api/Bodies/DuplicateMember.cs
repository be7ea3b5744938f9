namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>A member that stands twice in one object.</summary>
/// <param name="Path">Where: <c>spec.containers[0].name</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Line">Of the second one, from 1.</param>
internal readonly record struct DuplicateMember(string Path, string Name, long Line);
