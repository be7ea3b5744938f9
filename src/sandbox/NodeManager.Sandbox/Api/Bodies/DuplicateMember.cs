namespace NodeManager.Sandbox.Api.Bodies;

/// <param name="Path">For example <c>spec.containers[0].name</c>.</param>
/// <param name="Line">The line of the second member, from 1.</param>
internal readonly record struct DuplicateMember(string Path, string Name, long Line);
